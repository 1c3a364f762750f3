import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { agents } from "../../../demo/agents/index.ts";
import { prompt } from "../../../demo/agents/prompts.ts";
import type { TalkerBooks } from "../../../demo/agents/talker.ts";
import { attachAgents } from "../../../demo/server/agents.ts";
import { encodeSound, SoundDecoder, VoiceSession } from "../../../lib/node/index.ts";
import { findCodec, type JsonObject, profiles } from "../../../lib/protocol/index.ts";
import { Session } from "../../../lib/session/index.ts";
import { createMemoryTransportPair } from "../../../lib/transport/memory.ts";
import { ManualClock, settle } from "./manual-clock.ts";
import { dial, noise, until } from "./voice-side.ts";

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A caller with a loudspeaker that plays one second a second, under a clock that the test moves. */
class Caller {
  readonly clock = new ManualClock();
  readonly session: Session;
  readonly call: VoiceSession;
  readonly codec;
  readonly variables: JsonObject = {};
  readonly said: string[] = [];
  readonly asked: string[] = [];
  readonly cleared: { len: number; receivedBytes: number; playedBytes: number }[] = [];
  received: Uint8Array[] = [];
  receivedBytes = 0;
  #playEndAt = 0;
  #clearedBytes = 0;
  #presses = 0;

  constructor(codec: string) {
    this.codec = findCodec(codec)!;
    const [near, far] = createMemoryTransportPair({ highWaterBytes: 1 << 22 });
    this.session = new Session({
      role: "voice",
      transport: near,
      clock: this.clock,
      onFrame: (frame) => {
        this.received.push(frame);
        this.receivedBytes += frame.byteLength;
        this.#playEndAt = Math.max(this.clock.now(), this.#playEndAt) + (frame.byteLength * 1000) / this.bytesPerSecond;
      },
    });
    this.session.handle("audio.buffer.clear", () => {
      const len = Math.round((Math.max(0, this.#playEndAt - this.clock.now()) * this.bytesPerSecond) / 1000);
      this.#playEndAt = this.clock.now();
      this.#clearedBytes += len;
      const playedBytes = this.receivedBytes - this.#clearedBytes;
      this.cleared.push({ len, receivedBytes: this.receivedBytes, playedBytes });
      return { len };
    });
    this.session.handle("session.set", ({ data }) => void Object.assign(this.variables, data));
    this.session.handle("session.get", ({ keys }) =>
      Object.fromEntries(keys.filter((key) => key in this.variables).map((key) => [key, this.variables[key]])),
    );
    this.session.handle("recording.start", ({ tags }) => {
      this.asked.push(`record ${tags}`);
      return { id: "r1" };
    });
    this.session.handle("recording.stop", ({ id }) => void this.asked.push(`stop ${id}`));
    this.session.handle("application.move", ({ application_id, reason }) => {
      this.asked.push(`move ${application_id} ${reason}`);
      return {};
    });
    this.session.handle("call.hangup", ({ reason }) => void this.asked.push(`hangup ${reason}`));
    this.session.on("output.transcript.done", ({ text }) => void this.said.push(text ?? "(as told)"));
    this.session.on("input.transcript", ({ delta }) => void this.said.push(delta));
    this.session.on("audio.speech.started", ({ origin }) => void this.said.push(`barge-in ${origin}`));
    this.call = new VoiceSession({ id: "1", transport: far, clock: this.clock });
    cleanups.push(() => Promise.all([this.session.close(), this.call.session.close(), this.clock.advance(5000)]));
  }

  get bytesPerSecond(): number {
    return (this.codec.sample_rate * this.codec.bit_depth) / 8;
  }

  async dial(name: string): Promise<void> {
    await this.call.start();
    await this.session.initialize({
      application: { id: name },
      call: { id: "c", session_id: "s", from: "a", to: "b" },
      codecs: [this.codec],
    });
    await this.call.ready;
    void agents[name]!(this.call).catch((error: unknown) => this.said.push(`failed: ${error}`));
    await settle();
  }

  async press(digit: string): Promise<void> {
    const seq = this.#presses++;
    this.session.emit("dtmf", { seq, pressed_at: seq * 100 + 1, released_at: seq * 100 + 50, digit });
    await this.clock.advance(1);
  }

  /** Speaks into the microphone, frame by frame, in the time that takes. */
  async speak(bytes: Uint8Array): Promise<void> {
    const frameBytes = this.bytesPerSecond / 50;
    for (let at = 0; at < bytes.byteLength; at += frameBytes) {
      this.session.transport?.sendFrame(bytes.slice(at, at + frameBytes));
      await this.clock.advance(20);
    }
  }

  /** What came since the last time. */
  takeReceived(): Buffer {
    return Buffer.concat(this.received.splice(0));
  }
}

function soundIn(name: string, codec: string): Uint8Array {
  const { id, name: family, sample_rate: sampleRate } = findCodec(codec)!;
  return encodeSound(prompt(name).sound, { id, name: family, sampleRate });
}

function silence(ms: number, codec: string): Uint8Array {
  const { id, name, sample_rate: sampleRate } = findCodec(codec)!;
  return encodeSound({ samples: new Int16Array((16 * ms) | 0), sampleRate: 16000 }, { id, name, sampleRate });
}

describe("prompts", () => {
  it.each(profiles[0]!.codecs)("are whole and clean in %s", (codec) => {
    const { id, name, sample_rate: sampleRate } = findCodec(codec)!;
    for (const said of ["menu", "digit-3", "talker-1"]) {
      const { sound } = prompt(said);
      const bytes = encodeSound(sound, { id, name, sampleRate });
      const heard = new SoundDecoder({ name, sampleRate }).decode(bytes);
      const seconds = sound.samples.length / sound.sampleRate;
      expect(Math.abs(heard.length / sampleRate - seconds)).toBeLessThan(0.021);
      const rms = (samples: Int16Array) =>
        Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
      expect(rms(heard) / rms(sound.samples)).toBeGreaterThan(0.8);
      expect(rms(heard) / rms(sound.samples)).toBeLessThan(1.05);
    }
  });

  it("are all there, with their words", () => {
    for (const name of ["hours", "record", "recorded", "count", "transfer", "unknown", "unavailable", "goodbye"]) {
      expect(prompt(name).sound.samples.length).toBeGreaterThan(8000);
    }
    for (let digit = 0; digit < 10; digit++) expect(prompt(`digit-${digit}`).text).not.toBe("");
    expect(prompt("talker-1").sound.samples.length).toBeGreaterThanOrEqual(10 * 16000);
    expect(prompt("talker-2").sound.samples.length).toBeGreaterThanOrEqual(10 * 16000);
  });
});

describe("the ivr agent", () => {
  it("stops its menu at a key and plays exactly the prompt of that key", async () => {
    const caller = new Caller("PCMU/8000/1");
    await caller.dial("ivr");
    await caller.clock.advance(1000);
    const menu = soundIn("menu", "PCMU/8000/1");
    expect(caller.takeReceived().equals(menu.subarray(0, caller.receivedBytes))).toBe(true);
    expect(caller.receivedBytes).toBeLessThan(menu.length / 2);
    await caller.press("1");
    const hours = soundIn("hours", "PCMU/8000/1");
    await caller.clock.advance(Math.ceil(hours.length / 8) - 30);
    const heard = caller.takeReceived();
    expect(heard.length).toBeGreaterThan(hours.length - 480);
    expect(heard.equals(hours.subarray(0, heard.length))).toBe(true);
    expect(caller.said).toEqual([prompt("menu").text, prompt("hours").text]);
    await caller.clock.advance(1000);
    expect(caller.said.at(-1)).toBe(prompt("menu").text);
  });

  it("records a message until a key is pressed", async () => {
    const caller = new Caller("L16/8000/1");
    await caller.dial("ivr");
    await caller.press("2");
    await caller.clock.advance(5000);
    expect(caller.asked).toEqual(["record message"]);
    await caller.press("#");
    expect(caller.asked).toEqual(["record message", "stop r1"]);
    await caller.clock.advance(100);
    expect(caller.said.at(-1)).toBe(prompt("recorded").text);
  });

  it("says so where the voice side does not record", async () => {
    const caller = new Caller("L16/8000/1");
    caller.session.handle("recording.start", () => {
      throw new Error("no disk");
    });
    await caller.dial("ivr");
    await caller.press("2");
    await caller.clock.advance(5000);
    expect(caller.said).toContain(prompt("unavailable").text);
  });

  it("keeps a variable, reads it back and says the number", async () => {
    const caller = new Caller("L16/16000/1");
    await caller.dial("ivr");
    await caller.press("3");
    await caller.clock.advance(4000);
    await caller.press("3");
    await caller.clock.advance(4000);
    expect(caller.variables).toEqual({ ivr_count: 2 });
    expect(caller.said.filter((text) => /^(one|two)\./.test(text))).toEqual(["one.", "two."]);
  });

  it("hands the call to the talker", async () => {
    const caller = new Caller("L16/24000/1");
    await caller.dial("ivr");
    await caller.press("4");
    await caller.clock.advance(3000);
    expect(caller.asked).toEqual(["move talker menu"]);
    await caller.clock.advance(5000);
    expect(await caller.session.ended).toMatchObject({ by: "remote", method: "application.move" });
  });

  it("says goodbye and hangs up", async () => {
    const caller = new Caller("PCMA/8000/1");
    await caller.dial("ivr");
    await caller.press("9");
    await caller.clock.advance(500);
    expect(caller.asked).toEqual([]);
    await caller.clock.advance(8000);
    expect(caller.said.at(-1)).toBe(prompt("goodbye").text);
    expect(caller.asked).toEqual(["hangup goodbye"]);
    expect(await caller.session.ended).toMatchObject({ by: "remote", reason: "goodbye", method: "call.hangup" });
  });

  it("explains a key that is not on the menu, and hangs up after three silences", async () => {
    const caller = new Caller("G722/16000/1");
    await caller.dial("ivr");
    await caller.press("7");
    await caller.clock.advance(100);
    expect(caller.said.at(-1)).toBe(prompt("unknown").text);
    await caller.clock.advance(60_000);
    expect(caller.said.slice(2)).toEqual([
      prompt("menu").text,
      prompt("menu").text,
      prompt("menu").text,
      prompt("goodbye").text,
    ]);
    expect(caller.asked).toEqual(["hangup goodbye"]);
  });
});

describe("the talker agent", () => {
  it("sends ten seconds of speech at least four times faster than they are played, and publishes what it sent", async () => {
    const caller = new Caller("L16/16000/1");
    await caller.dial("talker");
    const speech = soundIn("talker-1", "L16/16000/1");
    await caller.clock.advance(2499);
    expect(caller.takeReceived().equals(speech)).toBe(true);
    expect(caller.variables).toEqual({ talker: { sentBytes: speech.length, clears: [] } });
    expect(caller.said).toEqual([]);
    await caller.clock.advance(9000);
    expect(caller.said).toEqual(["(as told)"]);
  });

  it("stops when the caller speaks over it, keeps exact books, and answers when the caller has finished", async () => {
    for (const codec of ["L16/16000/1", "PCMU/8000/1", "G722/16000/1"]) {
      const caller = new Caller(codec);
      await caller.dial("talker");
      await caller.speak(silence(3000, codec));
      expect(caller.cleared).toEqual([]);
      const words = soundIn("unknown", codec);
      await caller.speak(words);
      expect(caller.cleared.length).toBe(1);
      const { len, receivedBytes, playedBytes } = caller.cleared[0]!;
      const speech = soundIn("talker-1", codec);
      expect(receivedBytes).toBe(speech.length);
      expect(len).toBeGreaterThan(0);
      const { talker } = caller.variables as unknown as { talker: TalkerBooks };
      expect(talker.clears).toEqual([
        {
          len,
          sentBytes: receivedBytes,
          playedBytes,
          heardMs: (playedBytes * 1000) / caller.bytesPerSecond,
          unsentBytes: 0,
        },
      ]);
      expect(playedBytes).toBe(receivedBytes - len);
      expect(caller.said[0]).toBe("barge-in receiver");
      expect(prompt("talker-1").text.startsWith(caller.said[1]!.replace(" …", ""))).toBe(true);
      caller.takeReceived();
      await caller.speak(silence(1500, codec));
      expect(caller.said[2]).toMatch(/^\(caller spoke 1\.\d s\)$/);
      await caller.clock.advance(2500);
      expect(caller.takeReceived().equals(soundIn("talker-2", codec))).toBe(true);
    }
  });

  it("takes back what it has not sent yet when it is interrupted at once", async () => {
    const caller = new Caller("L16/16000/1");
    await caller.dial("talker");
    await caller.clock.advance(500);
    await caller.press("*");
    const { talker } = caller.variables as unknown as { talker: TalkerBooks };
    const clear = talker.clears[0]!;
    expect(clear.sentBytes).toBe(caller.receivedBytes);
    expect(clear.unsentBytes).toBe(soundIn("talker-1", "L16/16000/1").length - clear.sentBytes);
    expect(clear.sentBytes - clear.len).toBe(caller.cleared[0]!.playedBytes);
    await caller.clock.advance(5000);
    expect(caller.receivedBytes).toBe(clear.sentBytes);
    await caller.press("1");
    await caller.clock.advance(3000);
    expect(caller.receivedBytes).toBe(clear.sentBytes + soundIn("talker-2", "L16/16000/1").length);
  });
});

describe("the agents on the demo's server", () => {
  async function serve(): Promise<{ url: string; origin: string }> {
    const http: Server = createServer();
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const voice = attachAgents(http, { basePath: "/rtvbp" });
    cleanups.push(async () => {
      await voice.close();
      await new Promise((resolve) => http.close(resolve));
    });
    const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
    return { url: `ws://${host}/rtvbp`, origin: `http://${host}` };
  }

  it("answer by path, and by application where the path names none", async () => {
    const { url, origin } = await serve();
    for (const [path, application] of [
      ["/echo", "x"],
      ["", "echo"],
    ] as const) {
      const voice = await dial({ url: url + path, application, headers: { Origin: origin } });
      const sent = noise(320 * 20);
      for (let at = 0; at < sent.length; at += 320) voice.send(sent.slice(at, at + 320));
      await until(() => voice.receivedBytes() === sent.length, "the echo");
      expect(Buffer.concat(voice.received).equals(Buffer.from(sent))).toBe(true);
      await voice.session.hangUp();
    }
    const lost = await dial({ url, application: "nobody" });
    lost.session.handle("call.hangup", () => {});
    expect(await lost.session.ended).toMatchObject({ by: "remote", reason: "no such agent" });
  });

  it("refuse unknown agents and pages of other hosts", async () => {
    const { url } = await serve();
    await expect(dial({ url: `${url}/nobody` })).rejects.toMatchObject({ code: "transport-refused" });
    await expect(dial({ url: `${url}/echo`, headers: { Origin: "https://evil.example" } })).rejects.toThrow(/403/);
  });
});
