import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LevelMeter, levelBar } from "../../../lib/node/cli/level-meter.ts";
import { commands } from "../../../lib/node/cli/run-cli.ts";
import { decodeWav, encodeSound, encodeWav, SoundDecoder, type VoiceSession } from "../../../lib/node/index.ts";
import { cli, startCli } from "./cli-io.ts";
import { afterwards, first, serve } from "./server-rig.ts";
import { dial, noise, until } from "./voice-side.ts";

const folder = mkdtempSync(join(tmpdir(), "voicebridge-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string): string => join(folder, name);

const echo = async (call: VoiceSession): Promise<void> => {
  for await (const frame of call.audio) call.output.send(frame);
};

describe("the command line", () => {
  it("names its commands, and the options of each", async () => {
    const overview = await cli("--help");
    expect(overview.code).toBe(0);
    for (const { name, summary } of commands) {
      expect(overview.out.join("\n")).toContain(summary);
      const help = await cli(name, "--help");
      expect(help.code).toBe(0);
      expect(help.out[0]).toMatch(new RegExp(`^usage: voicebridge ${name}`));
    }
    expect(await cli("--version")).toMatchObject({ code: 0, out: ["1.2.3"] });
    expect((await cli()).code).toBe(2);
  });

  it("says what is wrong with what it was given, and ends with 2", async () => {
    const complaints = async (...words: string[]) => {
      const { code, err } = await cli(...words);
      expect(code).toBe(2);
      return err.join("\n");
    };
    expect(await complaints("cal")).toContain('no command "cal"');
    expect(await complaints("call")).toContain("The address is missing.");
    expect(await complaints("call", "ftp://x")).toContain("ws:// or wss://");
    expect(await complaints("call", "::::")).toContain("is no address");
    expect(await complaints("call", "ws://x", "ws://y")).toContain("There is one address");
    expect(await complaints("call", "ws://x", "--loud")).toContain("--loud");
    expect(await complaints("call", "ws://x", "--dtmf", "1x")).toContain('no key "X"');
    expect(await complaints("call", "ws://x", "--duration", "soon")).toContain("--duration is a number");
    expect(await complaints("call", "ws://x", "--tone", "99999")).toContain("20 to 7000 Hz");
    expect(await complaints("call", "ws://x", "--header", "X")).toContain("NAME:VALUE");
    expect(await complaints("serve", "--port", "1.5")).toContain("whole number");
    expect(await complaints("serve", "--cert", "x")).toContain("belong together");
  });

  it("says what is wrong with a file that it was given, and ends with 1", async () => {
    writeFileSync(fileOf("text.wav"), "not a sound");
    expect(await cli("call", "ws://x", "--play", fileOf("none.wav"))).toMatchObject({
      code: 1,
      err: [`${fileOf("none.wav")} cannot be read (ENOENT).`],
    });
    expect((await cli("call", "ws://x", "--play", fileOf("text.wav"))).err[0]).toContain("This is not a WAV file.");
    expect((await cli("inspect", fileOf("text.wav"))).err[0]).toContain("not a recorded session");
  });
});

describe("levels on the terminal", () => {
  it("are the root mean square in decibels, and silence is silence", () => {
    const meter = new LevelMeter();
    expect(meter.take()).toBe(-90);
    meter.feed(new Int16Array(100).fill(16_384));
    expect(meter.take()).toBeCloseTo(-6.02, 2);
    meter.feed(new Int16Array(100));
    expect(meter.take()).toBe(-90);
    expect([levelBar(-90, 4), levelBar(-30, 4), levelBar(0, 4)]).toEqual(["    ", "██  ", "████"]);
  });
});

describe("voicebridge call", () => {
  it("says a file, records both sides and ends after it", async () => {
    const { url } = await serve({ onCall: echo });
    const samples = new Int16Array(2400).map((_, i) => Math.round(12_000 * Math.sin(i / 3)));
    writeFileSync(fileOf("in.wav"), encodeWav({ sampleRate: 8000, channels: 1 }, samples));
    const recorded = fileOf("out.wav");
    const { code, out, err } = await cli(
      "call",
      url,
      "--play",
      fileOf("in.wav"),
      "--record",
      recorded,
      "--codec",
      "PCMU/8000",
      "--json",
    );
    expect([code, err.join("\n")]).toEqual([0, expect.stringContaining("rtvbp.v1, PCMU/8000/1")]);
    const figures = JSON.parse(out.at(-1)!) as Record<string, unknown>;
    expect(figures).toMatchObject({ by: "local", reason: "hangup", recording: { file: recorded, silencedMs: 0 } });
    // What was heard is what was said, as the codec has it, wherever it is in the file.
    const format = { id: "PCMU/8000/1", name: "PCMU", sampleRate: 8000 };
    const said = new SoundDecoder(format).decode(encodeSound({ samples, sampleRate: 8000 }, format));
    const bytes = readFileSync(recorded);
    const both = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
    const needle = Buffer.from(said.buffer, 0, 4000);
    for (const side of [0, 1]) {
      const channel = both.filter((_, i) => i % 2 === side);
      expect(Buffer.from(channel.buffer).includes(needle)).toBe(true);
    }
    expect(decodeWav(bytes).sampleRate).toBe(8000);
  });

  it("sends a tone, presses keys from the command and the keyboard, prints what is said, and hangs up on q", async () => {
    const digits: string[] = [];
    const calls: VoiceSession[] = [];
    const { url } = await serve({
      onCall: (call) => {
        calls.push(call);
        call.on("dtmf", ({ digit }) => digits.push(digit));
        call.agentSays("Good ");
        call.agentSays("day.");
        call.agentSaid();
        call.callerSaid("hello");
        call.toolCall("lookup");
      },
    });
    const typed: ((key: string) => void)[] = [];
    async function* keyboard(): AsyncGenerator<string, void, undefined> {
      for (;;) yield await new Promise<string>((resolve) => typed.push(resolve));
    }
    const type = async (key: string): Promise<void> => {
      await until(() => typed.length > 0, "the keyboard to be read");
      typed.shift()!(key);
    };
    const running = startCli(["call", url, "--tone", "440", "--dtmf", "1#"], keyboard());
    const call = await first(calls);
    await until(() => digits.length === 2 && call.audio.receivedBytes > 10_000);
    await type("9");
    await until(() => digits.length === 3);
    await type("q");
    const { code, out, err } = await running.done;
    expect([code, digits]).toEqual([0, ["1", "#", "9"]]);
    expect(out).toEqual(["agent:  Good day.", "caller: hello", "agent uses lookup"]);
    expect(err.at(-1)).toBe("ended by local: hangup");
  });

  it("ends with 1 where there is no call, and where it breaks", async () => {
    const { url, calls } = await serve({ authorize: ({ token }) => token === "good" });
    expect(await cli("call", url)).toMatchObject({ code: 1, err: [expect.stringContaining("401")] });
    const running = startCli(["call", url, "--bearer", "good"]);
    const call = await first(calls);
    await call.session.transport?.close(4400, "misbehaved");
    expect((await running.done).code).toBe(1);
  });
});

describe("voicebridge serve", () => {
  const module = fileOf("agents.mjs");
  writeFileSync(
    module,
    `export const agents = {
      async parrot(call) { for await (const frame of call.audio) call.output.send(frame); },
      async mute() {},
    };`,
  );

  it("answers with the agents of a module, by path and by application, and drains when it is interrupted", async () => {
    const running = startCli(["serve", module, "--port", "0", "--status", "--token", "s3cret"]);
    await until(() => running.out.length === 2, "the server");
    expect(running.out.map((line) => new URL(line).pathname)).toEqual(["/parrot", "/mute"]);
    const url = running.out[0]!;
    await expect(dial({ url })).rejects.toMatchObject({ code: "transport-refused" });
    for (const target of [{ url }, { url: new URL("/", url), application: "parrot" }]) {
      const voice = await dial({ ...target, bearer: "s3cret" });
      voice.send(noise(320));
      await until(() => voice.receivedBytes() === 320, "the echo");
    }
    const metrics = await (await fetch(new URL("/metrics", url.replace("ws", "http")))).text();
    expect(metrics).toContain("voicebridge_sessions 2");
    running.interrupt();
    expect((await running.done).code).toBe(0);
    expect(running.err.join("\n")).not.toContain("s3cret");
  });

  it("records and traces calls where it is asked to", async () => {
    const [records, traces] = [fileOf("records"), fileOf("traces/deep")];
    const running = startCli(["serve", module, "--port", "0", "--record", records, "--trace", traces, "--drain", "0"]);
    await until(() => running.out.length === 2, "the server");
    const voice = await dial({ url: running.out[0]! });
    for (let i = 0; i < 10; i++) voice.send(noise(320, i + 1));
    await until(() => voice.receivedBytes() === 3200);
    await voice.session.hangUp();
    await until(() => running.err.some((line) => line.includes('"recorded"')), "the recording");
    running.interrupt();
    await running.done;
    const [wav] = readdirSync(records);
    expect(decodeWav(readFileSync(join(records, wav!))).samples.length).toBeGreaterThan(1000);
    const [trace] = readdirSync(traces);
    const { code, out } = await cli("inspect", join(traces, trace!));
    expect(code).toBe(0);
    expect(out.join("\n")).toContain("session.initialize");
    expect(out.join("\n")).toMatch(/frames: 10 sent \(3200 bytes\), 10 received \(3200 bytes\)/);
  });

  it("says why it cannot", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    afterwards(() => new Promise((resolve) => taken.close(resolve)));
    const { port } = taken.address() as { port: number };
    expect((await cli("serve", module, "--port", `${port}`)).err[0]).toContain(`Port ${port} is taken`);
    writeFileSync(fileOf("wrong.mjs"), "export const agents = { x: 1 };");
    writeFileSync(fileOf("broken.mjs"), "export const agents = ;");
    expect((await cli("serve", fileOf("wrong.mjs"))).err[0]).toContain("must export agents");
    expect((await cli("serve", fileOf("broken.mjs"))).err[0]).toContain("cannot be loaded");
    expect((await cli("serve", fileOf("none.mjs"))).err[0]).toContain("is not there");
  });
});

describe("voicebridge loadtest", () => {
  it("reports as text and as JSON, and fails where a promise is not kept", async () => {
    const { url } = await serve({ onCall: echo });
    const file = fileOf("report.json");
    const words = ["loadtest", url, "--connections", "3", "--duration", "0.3", "--warm-up", "0"];
    const { code, out } = await cli(...words, "--json", file);
    expect(code).toBe(0);
    expect(out.join("\n")).toMatch(/45 sent, 45 back, 0 lost/);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ connected: 3, frames: { sent: 45, lost: 0 } });
    const strict = await cli(...words, "--json", "-", "--max-p99", "0");
    expect([strict.code, strict.out.length]).toEqual([1, 1]);
    expect(JSON.parse(strict.out[0]!)).toMatchObject({ echo: true });
  });

  it("loads this machine only, unless it is told that the other one may be", async () => {
    const refused = await cli("loadtest", "ws://192.0.2.1/echo");
    expect(refused).toMatchObject({ code: 1, out: [] });
    expect(refused.err[0]).toContain("--allow-remote");
    expect((await cli("loadtest", "ws://[2001:db8::1]/echo")).err[0]).toContain("is not this machine");
    const { url } = await serve({ onCall: echo });
    const local = url.replace("127.0.0.1", "localhost");
    expect((await cli("loadtest", local, "--connections", "1", "--duration", "0.1", "--warm-up", "0")).code).toBe(0);
  });
});
