import { describe, expect, it } from "vitest";
import { limitsFrom } from "../../../lib/transport/limits.ts";
import { createMemoryTransportPair } from "../../../lib/transport/memory.ts";
import { RtcTransport } from "../../../lib/transport/rtc-transport.ts";
import type { Transport, TransportStats } from "../../../lib/transport/transport.ts";
import {
  decodeAnswer,
  decodeOffer,
  encodeAnswer,
  encodeOffer,
  encodeRefusal,
  maxSdpBytes,
  reservedRequest,
} from "../../../lib/transport/webrtc-signal.ts";

const sdp = "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\na=ice-pwd:s3cret\r\na=candidate:1 1 udp 1 203.0.113.7 4000 typ host\r\n";
const quoted = JSON.stringify(sdp);
const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return `${(error as Error).message} ${String((error as Error).cause ?? "")}`;
  }
  throw new Error("nothing was thrown");
};

describe("the exchange before a session over WebRTC", () => {
  it("is one request of the classic envelope and its response", () => {
    const offer = encodeOffer(sdp);
    expect(offer).toBe(
      `{"version":"1","id":"transport-1","method":"transport.webrtc.offer","params":{"sdp":${quoted}}}`,
    );
    expect(decodeOffer(offer)).toEqual({ id: "transport-1", sdp });
    const answer = encodeAnswer("transport-1", sdp);
    expect(answer).toBe(`{"version":"1","response":"transport-1","result":{"sdp":${quoted}}}`);
    expect(decodeAnswer(answer)).toBe(sdp);
    expect(encodeRefusal("7", 400, "no")).toBe('{"version":"1","response":"7","error":{"code":400,"message":"no"}}');
  });

  it("takes descriptions of 512 KiB and not a byte more, whoever sends them", () => {
    const largest = "ü".repeat(maxSdpBytes / 2);
    expect(decodeOffer(encodeOffer(largest)).sdp).toBe(largest);
    expect(decodeAnswer(encodeAnswer("transport-1", largest))).toBe(largest);
    const frame = (body: object) => JSON.stringify({ version: "1", ...body });
    for (const tooLong of [`${largest}x`, ""]) {
      expect(() => encodeOffer(tooLong)).toThrow(/session description/);
      expect(() => encodeAnswer("transport-1", tooLong)).toThrow(/session description/);
      const offer = frame({ id: "1", method: "transport.webrtc.offer", params: { sdp: tooLong } });
      expect(() => decodeOffer(offer)).toThrow(/session description/);
      expect(() => decodeAnswer(frame({ response: "transport-1", result: { sdp: tooLong } }))).toThrow(/description/);
    }
  });

  it("takes frames of 1 MiB and not a byte more", () => {
    const body = `{"version":"1","id":"1","method":"transport.webrtc.offer","params":{"sdp":"v=0"},"padding":"`;
    const padded = (bytes: number) => `${body}${"x".repeat(bytes - body.length - 2)}"}`;
    expect(decodeOffer(padded(1 << 20)).sdp).toBe("v=0");
    expect(() => decodeOffer(padded((1 << 20) + 1))).toThrow(/longer than 1048576 bytes/);
    const controls = "\u0001".repeat(200_000); // six bytes each once they are JSON
    expect(() => encodeOffer(controls)).toThrow(/longer than 1048576 bytes/);
  });

  it.each([
    ["another request", '{"version":"1","id":"1","method":"session.initialize","params":{}}', "1"],
    ["no description", '{"version":"1","id":"2","method":"transport.webrtc.offer"}', "2"],
    [
      "a description that is no text",
      '{"version":"1","id":"3","method":"transport.webrtc.offer","params":{"sdp":7}}',
      "3",
    ],
    ["no identifier", '{"version":"1","method":"transport.webrtc.offer","params":{"sdp":"v=0"}}', undefined],
    [
      "an event",
      '{"version":"1","id":"4","event":"dtmf","method":"transport.webrtc.offer","params":{"sdp":"v=0"}}',
      undefined,
    ],
    ["a response", '{"version":"1","response":"5","result":{"sdp":"v=0"}}', undefined],
    ["another version", '{"version":"2","id":"6","method":"transport.webrtc.offer","params":{"sdp":"v=0"}}', undefined],
    ["no JSON", sdp, undefined],
    ["null", "null", undefined],
  ])("refuses %s in place of the offer, answerable where it has an identifier", (_what, text, id) => {
    expect(() => decodeOffer(text)).toThrow(expect.objectContaining({ code: "transport-media", fatal: true, id }));
  });

  it.each([
    ["to something else", `{"version":"1","response":"9","result":{"sdp":${quoted}}}`],
    ["that is a request", `{"version":"1","id":"transport-1","method":"x","params":{"sdp":${quoted}}}`],
    ["without a result", '{"version":"1","response":"transport-1"}'],
    ["with a null result", '{"version":"1","response":"transport-1","result":null}'],
    ["that is cut", `{"version":"1","response":"transport-1","result":{"sdp":${quoted}`],
  ])("refuses an answer %s", (_what, text) => {
    expect(() => decodeAnswer(text)).toThrow(expect.objectContaining({ code: "transport-media", fatal: true }));
  });

  it("says why an offer was refused, and never quotes a description", () => {
    const refusal = (message: string) => encodeRefusal("transport-1", 503, message);
    expect(messageOf(() => decodeAnswer(refusal("no media here")))).toContain("503 no media here");
    const errors = [
      messageOf(() => decodeAnswer(refusal(`bad line: ${sdp}`))),
      messageOf(() => decodeAnswer(refusal("bad line: a=ice-pwd:s3cret"))),
      messageOf(() => decodeAnswer(sdp)),
      messageOf(() => decodeAnswer(`{"version":"1","response":"transport-1","result":{"sdp":${quoted}`)),
      messageOf(() => decodeOffer(`{"version":"1","method":"transport.webrtc.offer","params":{"sdp":${quoted}}}`)),
      messageOf(() => encodeOffer(sdp.repeat(6000))),
    ];
    for (const error of errors) expect(error).not.toMatch(/s3cret|203\.0\.113|candidate|v=0/);
  });

  it("knows the requests that transports keep for themselves, and nothing else", () => {
    expect(reservedRequest('{"version":"1","id":"3","method":"transport.webrtc.offer","params":{}}')).toEqual({
      id: "3",
    });
    expect(reservedRequest('{"version":"1","id":"4","method":"transport.anything"}')).toEqual({ id: "4" });
    for (const text of [
      '{"version":"1","id":"3","method":"session.set","params":{"data":{"method":"transport.webrtc.offer"}}}',
      '{"version":"1","id":"3","event":"transport.anything","data":{}}',
      '{"version":"1","response":"transport.1","result":{}}',
      '{"version":"1","id":"3","method":"transport.cut',
    ]) {
      expect(reservedRequest(text), text).toBeUndefined();
    }
  });
});

/** Media that go nowhere. */
class Silent extends RtcTransport {
  released = 0;
  constructor(control: Transport) {
    super(control, limitsFrom({}));
    this.attach();
  }
  hear = () => this.signal();
  flow = () => this.connected();
  state = (state: Parameters<RtcTransport["peerIs"]>[0]) => this.peerIs(state);
  sendFrame(): boolean {
    return false;
  }
  async stats(): Promise<TransportStats> {
    return this.control.stats();
  }
  protected release(): void {
    this.released++;
  }
}

function rig() {
  const [control, far] = createMemoryTransportPair({ profile: "rtvbp.webrtc.v1" });
  const transport = new Silent(control);
  const heard: string[] = [];
  const answers: string[] = [];
  far.listen({ text: ({ text }) => void answers.push(text), close: () => {} });
  transport.listen({
    text: ({ text }) => void heard.push(text),
    close: ({ by }) => void heard.push(`closed by ${by}`),
  });
  return { transport, far, heard, answers };
}

describe("a transport over WebRTC", () => {
  it("keeps the first message for itself, refuses another exchange, and hands on the rest", async () => {
    const { transport, far, heard, answers } = rig();
    const first = transport.hear();
    far.sendText("the offer");
    far.sendText("one");
    far.sendText('{"version":"1","id":"9","method":"transport.webrtc.offer","params":{"sdp":"v=0"}}');
    far.sendText("two");
    await far.flushed();
    expect(await first).toBe("the offer");
    expect(heard).toEqual(["one", "two"]);
    await transport.flushed();
    expect(answers).toEqual([
      '{"version":"1","response":"9","error":{"code":400,"message":"this transport is agreed already"}}',
    ]);
  });

  it("ends the attempt when the other side closes, and gives its connection back once", async () => {
    const { transport, far, heard } = rig();
    const waiting = [transport.hear(), transport.flow()];
    await far.close(4400, "not like this");
    for (const work of waiting) {
      await expect(work).rejects.toMatchObject({ code: "transport-media", fatal: true });
    }
    await transport.close();
    expect(heard).toEqual(["closed by remote"]);
    expect(transport.released).toBe(1);
  });

  it("is lost with its audio connection, at once or when it does not come back", async () => {
    const failed = rig();
    failed.transport.state("connected");
    await failed.transport.flow();
    failed.transport.state("failed");
    expect(await failed.transport.close()).toMatchObject({ by: "lost", reason: "the audio connection was lost" });

    const halted = rig();
    halted.transport.state("disconnected");
    halted.transport.state("connected");
    expect(halted.transport.closed).toBe(false);
    await halted.transport.close();
    halted.transport.state("closed"); // ours
    expect(halted.heard).toEqual(["closed by local"]);
  });
});
