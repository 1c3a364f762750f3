import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SessionRecorder } from "../../../lib/node/index.ts";
import { cli } from "./cli-io.ts";
import { openMemoryCall, ramp } from "./memory-call.ts";

const folder = mkdtempSync(join(tmpdir(), "voicebridge-inspect-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A call of a second with a pause in it, as the agent's side recorded it. */
async function traceOf(audio: boolean): Promise<string> {
  let recorder: SessionRecorder | undefined;
  const lines: string[] = [];
  const { call, clock, speak, voice } = await openMemoryCall("L16/8000/1", {
    tapWith: (own) => {
      recorder = new SessionRecorder({ audio, clock: own, write: (line) => lines.push(line) });
      return recorder;
    },
  });
  void call.speak(ramp(0, 1600)); // 200 ms
  await speak(ramp(100, 4000)); // 500 ms
  await clock.advance(300);
  await speak(ramp(4100, 1600));
  voice.emit("dtmf", { seq: 0, pressed_at: 1, released_at: 2, digit: "5" });
  recorder!.note("order", { id: 7 });
  await call.hangUp("done");
  await clock.advance(5000);
  const file = join(folder, `${audio}.jsonl`);
  writeFileSync(file, lines.join(""));
  return file;
}

describe("voicebridge inspect", () => {
  it("prints who said what when, and how the sound flowed", async () => {
    const file = await traceOf(false);
    const { code, out } = await cli("inspect", file);
    expect(code).toBe(0);
    const text = out.join("\n");
    expect(out[0]).toBe("    0.000 ● session, application side");
    expect(text).toMatch(/ 0\.\d{3} ← \{"version":"1","id":"1","method":"session\.initialize".*…$/m);
    expect(text).toMatch(/● initializing → active/);
    expect(text).toMatch(/← .*"event":"dtmf"/);
    expect(text).toMatch(/# order \{"id":7\}/);
    expect(text).toMatch(/● ended by local: done/);
    expect(text).toMatch(/frames: 10 sent \(3200 bytes\), 35 received \(11200 bytes\)/);
    expect(text).toMatch(/longest pause: 20 ms sent, 320 ms received/);
    expect((await cli("inspect", file, "--whole")).out.join("\n")).toContain('"metadata":null}}');
  });

  it("gives the figures alone, as text or JSON", async () => {
    const file = await traceOf(false);
    expect((await cli("inspect", file, "--summary")).out.length).toBe(4);
    const { out } = await cli("inspect", file, "--json");
    expect(JSON.parse(out[0]!)).toMatchObject({
      frames: { sent: 10, received: 35 },
      bytes: { sent: 3200, received: 11_200 },
      longestPauseMs: { sent: 20, received: 320 },
      faults: 0,
      reconnections: 0,
      end: "done (local)",
    });
  });

  it("writes the sound of both sides at their times, where there is some", async () => {
    const wav = join(folder, "sound.wav");
    expect((await cli("inspect", await traceOf(true), "--summary", "--wav", wav)).code).toBe(0);
    const bytes = readFileSync(wav);
    const both = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length));
    const side = (channel: number) => both.filter((_, i) => i % 2 === channel);
    const samples = (from: number, count: number) => [...new Int16Array(ramp(from, count).buffer)];
    const [left, right] = [side(0), side(1)];
    const start = right.findIndex((value) => value !== 0);
    expect([...left.filter((value) => value !== 0)]).toEqual(samples(0, 1600));
    expect([...right.subarray(start, start + 4000)]).toEqual(samples(100, 4000));
    expect([...right.subarray(start + 4000, start + 6400)]).toEqual(new Array(2400).fill(0)); // the pause
    expect([...right.subarray(start + 6400)]).toEqual(samples(4100, 1600));

    const without = join(folder, "none.wav");
    const refused = await cli("inspect", await traceOf(false), "--summary", "--wav", without);
    expect([refused.code, refused.err[0], existsSync(without)]).toEqual([
      1,
      expect.stringContaining("no sound"),
      false,
    ]);
  });
});
