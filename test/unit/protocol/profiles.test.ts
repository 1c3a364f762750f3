import { describe, expect, it } from "vitest";
import {
  bearerSubprotocol,
  negotiateProfile,
  offerSubprotocols,
  ProtocolError,
  parseBearer,
  parseSubprotocols,
  profiles,
} from "../../../lib/protocol/index.ts";

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("profile negotiation", () => {
  it("takes no header for rtvbp.v1 and echoes nothing", () => {
    const { tokens } = parseSubprotocols(undefined);
    const { profile, echo } = negotiateProfile(tokens);
    expect([profile.token, echo]).toEqual(["rtvbp.v1", undefined]);
  });

  it("follows the server's preference and echoes what was offered", () => {
    const { tokens } = parseSubprotocols("rtvbp.webrtc.v1, other.v7 ,rtvbp.v1");
    expect(tokens).toEqual(["rtvbp.webrtc.v1", "other.v7", "rtvbp.v1"]);
    expect(negotiateProfile(tokens).echo).toBe("rtvbp.v1");
    expect(negotiateProfile(tokens, ["rtvbp.webrtc.v1", "rtvbp.v1"]).echo).toBe("rtvbp.webrtc.v1");
    expect(negotiateProfile(["rtvbp.webrtc.v1"]).profile.media).toBe("rtp");
  });

  it("refuses an offer without a common token, and no offer where rtvbp.v1 is not accepted", () => {
    expect(code(() => negotiateProfile(["rtvbp.demo.v1"]))).toBe("protocol-profile");
    expect(code(() => negotiateProfile(["rtvbp.v1"], ["rtvbp.webrtc.v1"]))).toBe("protocol-profile");
    expect(code(() => negotiateProfile([], ["rtvbp.webrtc.v1"]))).toBe("protocol-profile");
    expect(code(() => negotiateProfile(["constructor"]))).toBe("protocol-profile");
  });

  it.each(["", ",", "rtvbp.v1,", "a b", "a;b", 'a"b', "ä"])("refuses %j as a header", (header) => {
    expect(code(() => parseSubprotocols(header))).toBe("protocol-profile");
  });

  it("gives a token one meaning", () => {
    expect(new Set(profiles.map(({ token }) => token)).size).toBe(profiles.length);
    expect(profiles.map(({ token }) => token)).toEqual(["rtvbp.v1", "rtvbp.webrtc.v1"]);
  });
});

describe("credentials in a subprotocol", () => {
  it.each(["secret", "ÿþý?>~", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "😀 and \ufeff", "a", "ab", "abc"])(
    "carries %j",
    (credential) => {
      const token = bearerSubprotocol(credential);
      expect(token).toBe(`bearer.${Buffer.from(credential, "utf8").toString("base64url")}`);
      expect(parseBearer(token)).toBe(credential);
      expect(parseSubprotocols(`rtvbp.v1, ${token}`)).toEqual({ tokens: ["rtvbp.v1"], bearer: credential });
    },
  );

  it("never counts as a profile", () => {
    const header = offerSubprotocols(["rtvbp.v1"], "t0ken").join(", ");
    const { tokens } = parseSubprotocols(header);
    expect(negotiateProfile(tokens).echo).toBe("rtvbp.v1");
    expect(code(() => offerSubprotocols(["nonsense"]))).toBe("protocol-profile");
  });

  it.each(["bearer.", "bearer.a", "bearer.YQ==", "bearer.Y+/=", "bearer._w", "bearer.YR", "bearer.YQ, bearer.YQ"])(
    "refuses %j without repeating it",
    (header) => {
      let error: unknown;
      try {
        parseSubprotocols(header);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(ProtocolError);
      expect((error as ProtocolError).message).toMatch(
        /^(The|More than one) bearer subprotocol|^Sec-WebSocket-Protocol/,
      );
      expect(["protocol-bearer", "protocol-profile"]).toContain((error as ProtocolError).code);
    },
  );
});
