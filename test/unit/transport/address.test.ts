import { describe, expect, it } from "vitest";
import { agreedProfile, bearerSubprotocol, webSocketUrl, withoutQuery } from "../../../lib/transport/address.ts";
import { exceedsBytes } from "../../../lib/transport/limits.ts";
import { TransportError } from "../../../lib/transport/transport.ts";
import { browserCloseCode, fitReason } from "../../../lib/transport/wire.ts";

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof TransportError ? error.code : String(error);
  }
  return undefined;
}

describe("addresses and subprotocols", () => {
  it("resolves a relative address against the page and turns http into ws", () => {
    expect(webSocketUrl("/rtvbp/echo?x=1", "https://voice.example/demo/")).toBe("wss://voice.example/rtvbp/echo?x=1");
    expect(webSocketUrl("http://voice.example/a")).toBe("ws://voice.example/a");
    expect(webSocketUrl(new URL("wss://voice.example/a#part"))).toBe("wss://voice.example/a");
  });

  it("refuses what is no address of a voice server, without showing its query", () => {
    expect(codeOf(() => webSocketUrl("ftp://voice.example/"))).toBe("transport-url");
    expect(codeOf(() => webSocketUrl("/relative"))).toBe("transport-url");
    expect(() => webSocketUrl("not an address?token=secret")).toThrow(/^"not an address"/);
    expect(withoutQuery("wss://a/b?token=secret#x")).toBe("wss://a/b");
  });

  it("carries a credential as unpadded base64url of its UTF-8", () => {
    expect(bearerSubprotocol("tök?en>>>")).toBe(`bearer.${Buffer.from("tök?en>>>").toString("base64url")}`);
    expect(bearerSubprotocol("a")).toBe("bearer.YQ");
  });

  it("takes the profile that was offered and refuses every other answer", () => {
    expect(agreedProfile("rtvbp.v1", ["x.v2", "rtvbp.v1"])).toBe("rtvbp.v1");
    expect(agreedProfile("", [])).toBe("rtvbp.v1");
    expect(codeOf(() => agreedProfile("", ["rtvbp.v1"]))).toBe("transport-profile");
    expect(codeOf(() => agreedProfile("bearer.YQ", ["rtvbp.v1"]))).toBe("transport-profile");
  });

  it("maps protocol close codes to those a browser may send", () => {
    expect([1000, 1008, 1011, 3000, 4999].map(browserCloseCode)).toEqual([1000, 4008, 4011, 3000, 4999]);
  });

  it("cuts reasons between characters, also outside the basic plane", () => {
    expect(fitReason("short")).toBe("short");
    expect(fitReason("\u{1F642}".repeat(40))).toBe("\u{1F642}".repeat(30));
  });

  it("measures text in UTF-8 bytes", () => {
    expect(exceedsBytes("aaaa", 4)).toBe(false);
    expect(exceedsBytes("aaaaa", 4)).toBe(true);
    expect(exceedsBytes("üü", 4)).toBe(false);
    expect(exceedsBytes("üüa", 4)).toBe(true);
  });
});
