import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connectNodeWebRtc } from "../../../../lib/node/webrtc/connect-node-webrtc.ts";
import { loadWerift, WeriftPeer } from "../../../../lib/node/webrtc/werift-peer.ts";
import { SessionRecorder } from "../../../../lib/testing/index.ts";
import { openSocketRig } from "../rig.ts";
import { afterwards, closing, first } from "../server-rig.ts";
import { until } from "../voice-side.ts";
import { dialRtc, serveRtc, webRtcProfile, webrtc } from "./rtc-rig.ts";

const never = new AbortController().signal;
const secret = /ice-pwd|candidate|a=fingerprint|sha-256|v=0/;

async function bareClient(url: string) {
  const socket = new WebSocket(url, [webRtcProfile]);
  afterwards(() => socket.terminate());
  const texts: string[] = [];
  socket.on("message", (data) => void texts.push(String(data)));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return { socket, texts, closed: closing(socket) };
}

async function offer(): Promise<string> {
  const peer = new WeriftPeer(await loadWerift(), webrtc, { state: () => {}, packet: () => {} });
  afterwards(() => peer.close());
  return peer.offer();
}

const request = (sdp: string) =>
  JSON.stringify({ version: "1", id: "1", method: "transport.webrtc.offer", params: { sdp } });

it("asks the STUN server that it is told of, and no other", async () => {
  const werift = await loadWerift();
  const asked = (iceServers?: readonly { urls: string }[]) => {
    let connection: InstanceType<typeof werift.RTCPeerConnection> | undefined;
    class Watched extends werift.RTCPeerConnection {
      constructor(...options: ConstructorParameters<typeof werift.RTCPeerConnection>) {
        super(...options);
        connection = this;
      }
    }
    const options = iceServers ? { iceServers } : {};
    const peer = new WeriftPeer({ ...werift, RTCPeerConnection: Watched }, options, {
      state: () => {},
      packet: () => {},
    });
    afterwards(() => peer.close());
    return connection!.iceTransports.map(({ connection }) => connection.stunServer);
  };
  expect(asked()).toEqual([undefined]);
  expect(asked([{ urls: "stun:stun.example:3478" }])).toEqual([["stun.example", 3478]]);
});

describe("a server that is offered a call over WebRTC", () => {
  it("answers the offer with all its candidates before anything else", async () => {
    const { url } = await serveRtc();
    const { socket, texts } = await bareClient(url);
    socket.send(request(await offer()));
    await until(() => texts.length > 0, "the answer");
    const { response, result } = JSON.parse(texts[0]!);
    expect(response).toBe("1");
    expect(result.sdp).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0\r$/m);
    expect(result.sdp).toMatch(/a=candidate:/);
    expect(result.sdp).toMatch(/a=sendrecv/);
  });

  it.each([
    ["another request first", () => '{"version":"1","id":"1","method":"session.initialize","params":{}}'],
    ["no description", () => request("")],
    ["something that is none", () => request("hello")],
    ["two media", async () => request((await offer()).replace(/(m=audio[\s\S]*)/, "$1$1"))],
    ["no PCMU", async () => request((await offer()).replace("SAVPF 0", "SAVPF 111"))],
    ["no fingerprint", async () => request((await offer()).replace(/a=fingerprint:.*\r\n/g, ""))],
  ])("refuses %s, says so, closes, and logs nothing of it", async (_what, make) => {
    const { url, server, log, calls } = await serveRtc();
    const { socket, texts, closed } = await bareClient(url);
    socket.send(await make());
    expect(await closed).toMatchObject({ code: 4400 });
    expect(JSON.parse(texts[0]!)).toMatchObject({ response: "1", error: { code: 400 } });
    expect(texts).toHaveLength(1);
    await until(() => server.stats().sessions === 0, "the end");
    expect(server.stats().ended.beforeActive).toBe(1);
    expect(calls).toEqual([]);
    for (const text of [...texts, ...log, (await closed).reason]) expect(text).not.toMatch(secret);
  });

  it("closes where the offer cannot be answered at all", async () => {
    const { url } = await serveRtc();
    for (const text of ["nonsense", '{"version":"1","id":"1","event":"dtmf"}']) {
      const { socket, texts, closed } = await bareClient(url);
      socket.send(text);
      expect(await closed).toMatchObject({ code: 4400 });
      expect(texts).toEqual([]);
    }
  });

  it("gives up a client that offers, and then lets no sound through", async () => {
    const { url, server } = await serveRtc({ webrtc: { ...webrtc, connectTimeoutMs: 300 } });
    const { socket, closed } = await bareClient(url);
    socket.send(request(await offer()));
    expect(await closed).toMatchObject({ code: 1013 });
    await until(() => server.stats().sessions === 0, "the end");
  });

  it("does not exchange twice: the session never hears of it, and neither does its trace or the log", async () => {
    const traces: SessionRecorder[] = [];
    const heard: string[] = [];
    const { url, calls, log } = await serveRtc({
      trace: () => {
        const recorder = new SessionRecorder();
        traces.push(recorder);
        return recorder;
      },
    });
    const caller = await dialRtc(url);
    const agent = await first(calls);
    agent.session.use((context, next) => {
      heard.push(context.name);
      return next();
    });
    expect(() => agent.session.handle("transport.webrtc.offer" as never, () => ({}) as never)).toThrow(/transport/);
    caller.session.transport!.sendText(request(await offer()));
    caller.session.emit("dtmf", { seq: 0, pressed_at: 1, released_at: 2, digit: "5" });
    expect(await agent.nextDigit({ timeoutMs: 5000 })).toBe("5");
    expect(heard).toEqual(["dtmf"]);
    await until(() => caller.session.stats().unknownResponses === 1, "the refusal");
    await caller.session.hangUp();
    await agent.ended;
    for (const text of [...log, JSON.stringify(traces.map((trace) => trace.text()))]) {
      expect(text).not.toMatch(secret);
    }
  });
});

describe("a client that offers a call over WebRTC", () => {
  /** A server that does with the offer what the test says. */
  async function answering(answer: (socket: WebSocket, id: string) => void) {
    const rig = await openSocketRig({ protocols: () => webRtcProfile });
    afterwards(() => rig.close());
    const met = rig.next((socket) => {
      socket.on("message", (data) => answer(socket, JSON.parse(String(data)).id));
      return socket;
    });
    return { url: rig.url, closed: met.then(closing) };
  }

  it.each([
    ["a refusal", '"error":{"code":503,"message":"no media here"}', "503 no media here"],
    ["no description", '"result":{}', "no session description"],
    ["a description that is none", '"result":{"sdp":"v=0 a=ice-pwd:x"}', "one audio transceiver"],
  ])("ends the attempt at %s, and says why", async (_what, body, message) => {
    const { url, closed } = await answering((socket, id) => socket.send(`{"version":"1","response":"${id}",${body}}`));
    const error = await connectNodeWebRtc({ url, webrtc })(never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "transport-media", fatal: true });
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toMatch(secret);
    expect(await closed).toMatchObject({ code: 4400 });
  });

  it("ends the attempt when the server closes, and may try again where nobody said no", async () => {
    const { url } = await answering((socket) => socket.close(1011));
    await expect(connectNodeWebRtc({ url, webrtc })(never)).rejects.toMatchObject({
      code: "transport-media",
      fatal: false,
    });
  });

  it("gives up at its deadline, and when told to", async () => {
    const silent = await answering(() => {});
    const late = connectNodeWebRtc({ url: silent.url, webrtc, connectTimeoutMs: 1000 })(never);
    await expect(late).rejects.toMatchObject({ code: "transport-media", fatal: false });
    expect(await silent.closed).toMatchObject({ code: 1013 });

    const controller = new AbortController();
    const other = await answering(() => controller.abort(new Error("enough")));
    const aborted = connectNodeWebRtc({ url: other.url, webrtc })(controller.signal);
    await expect(aborted).rejects.toMatchObject({ code: "transport-aborted" });
    expect(await other.closed).toMatchObject({ code: 1000 });
  });
});
