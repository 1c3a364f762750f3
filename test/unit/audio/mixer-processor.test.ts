import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { routesOf, type Seated } from "../../../lib/call/conference/routes.ts";
import { type MixerReport, mixerPorts, mixerProcessorName } from "../../../worklets/messages.ts";
import { levelDb, resample } from "../../support/signal.ts";
import { speech } from "../../support/speech.ts";
import { type RunningProcessor, settle, WorkletScope } from "./worklet-scope.ts";

const wasm = new Uint8Array(readFileSync(resolve(import.meta.dirname, "../../../build/signals.wasm")));
const rate = 48_000;
const QUANTUM = 128;

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

interface Room {
  readonly scope: WorkletScope;
  readonly mixer: RunningProcessor;
}

async function room(sampleRate = rate): Promise<Room> {
  const scope = await WorkletScope.open(sampleRate, "mixer.ts");
  const mixer = scope.create(mixerProcessorName, { wasm });
  open.push(scope);
  await settle();
  expect(mixer.messages).toEqual([{ type: "ready" }]);
  return { scope, mixer };
}

const seat = (port: number, change: Partial<Seated> = {}): Seated => ({
  port,
  role: "talk",
  whisperTo: [],
  muted: false,
  gain: 1,
  ...change,
});

/** As the page does it. */
async function arrange({ mixer }: Room, seated: readonly Seated[]): Promise<void> {
  for (const [port, route] of routesOf(seated)) mixer.post({ type: "set", port, ...route });
  await settle();
}

/** A tone of its own for each port: powers of two, so that each sum tells who is in it. */
const constantOf = (port: number) => 2 ** port / 4096;

/** Runs `quanta` in which every port in `talking` says its constant; the last value each port hears. */
function run({ scope, mixer }: Room, talking: readonly number[], quanta = 3): number[] {
  const outputs = Array.from({ length: mixerPorts }, () => [new Float32Array(QUANTUM)]);
  for (let quantum = 0; quantum < quanta; quantum++) {
    const inputs = Array.from({ length: mixerPorts }, (_, port) =>
      talking.includes(port) ? [new Float32Array(QUANTUM).fill(constantOf(port))] : [],
    );
    for (const [output] of outputs) output!.fill(0);
    expect(mixer.processor.process(inputs, outputs)).toBe(true);
    scope.currentFrame += QUANTUM;
  }
  return outputs.map(([output]) => output![QUANTUM - 1]!);
}

/** Which ports are in what was heard. */
const inMix = (heard: number): number[] =>
  Array.from({ length: mixerPorts }, (_, port) => port).filter((port) => (Math.round(heard * 4096) >> port) & 1);

const reports = ({ mixer }: Room) => mixer.messages.filter(({ type }) => type === "levels") as unknown as MixerReport[];

describe("the mixer's processor", () => {
  it("lets each hear all the others and not itself, and closed ports nobody", async () => {
    const four = await room();
    await arrange(
      four,
      [0, 1, 2, 3].map((port) => seat(port)),
    );
    const heard = run(four, [0, 1, 2, 3, 7]);
    expect(heard.slice(0, 4).map(inMix)).toEqual([
      [1, 2, 3],
      [0, 2, 3],
      [0, 1, 3],
      [0, 1, 2],
    ]);
    expect(heard.slice(4)).toEqual(new Array(12).fill(0));
  });

  it("mutes, lets listen only, and whispers to those who are meant", async () => {
    const five = await room();
    await arrange(five, [
      seat(0),
      seat(1, { muted: true }),
      seat(2, { role: "listen" }),
      seat(3, { role: "whisper", whisperTo: [0] }),
      seat(4, { gain: 2 }),
    ]);
    const heard = run(five, [0, 1, 2, 3, 4]).map((sum) => inMix(sum));
    // At gain 2 what port 4 says looks like port 5's.
    expect(heard.slice(0, 5)).toEqual([[3, 5], [0, 5], [0, 5], [0, 5], [0]]);
  });

  it("takes a port out of hearing without a step, and gives it to somebody else afresh", async () => {
    const three = await room();
    await arrange(three, [seat(0), seat(1), seat(2)]);
    run(three, [0, 1, 2]);
    await arrange(three, [seat(0, { muted: true }), seat(1), seat(2)]);
    const outputs = Array.from({ length: mixerPorts }, () => [new Float32Array(QUANTUM)]);
    three.mixer.processor.process([[new Float32Array(QUANTUM).fill(0.25)]], outputs);
    const heard = outputs[1]![0]!;
    for (let i = 1; i < QUANTUM; i++) expect(Math.abs(heard[i]! - heard[i - 1]!)).toBeLessThan(0.0025);
    expect(heard[QUANTUM - 1]).toBe(0);
    three.mixer.post({ type: "close", port: 0 });
    await settle();
    await arrange(three, [seat(0), seat(1), seat(2)]);
    expect(inMix(run(three, [0, 1, 2])[1]!)).toEqual([0, 2]);
  });

  it("seats sixteen, at the rates of usual devices", async () => {
    for (const sampleRate of [44_100, 96_000]) {
      const full = await room(sampleRate);
      const ports = Array.from({ length: mixerPorts }, (_, port) => port);
      await arrange(
        full,
        ports.map((port) => seat(port)),
      );
      const heard = run(full, [0, 3, 10]);
      expect(inMix(heard[15]!)).toEqual([0, 3, 10]);
      expect(inMix(heard[3]!)).toEqual([0, 10]);
    }
  });

  it("keeps ten shouting participants inside full scale, and loud", async () => {
    const ten = await room();
    await arrange(
      ten,
      Array.from({ length: 10 }, (_, port) => seat(port)),
    );
    const outputs = Array.from({ length: mixerPorts }, () => [new Float32Array(QUANTUM)]);
    const { samples } = resample(speech("Everybody is shouting at the same time here."), rate);
    let peak = 0;
    for (let quantum = 0; quantum < 300; quantum++) {
      const from = (port: number) => (quantum * QUANTUM + port * 9000) % (samples.length - QUANTUM);
      const inputs = Array.from({ length: 10 }, (_, port) => [samples.slice(from(port), from(port) + QUANTUM)]);
      ten.mixer.processor.process(inputs, outputs);
      for (const sample of outputs[4]![0]!) peak = Math.max(peak, Math.abs(sample));
    }
    expect(peak).toBeLessThanOrEqual(1);
    expect(peak).toBeGreaterThan(0.6);
  });

  it("tells who speaks and how loud, at most ten times a second, and nothing of those who are muted", async () => {
    const three = await room();
    await arrange(three, [seat(0), seat(1), seat(2, { muted: true })]);
    const { samples } = resample(speech("One, two, three, four, five, six, seven, eight, nine, ten."), rate);
    const seconds = 3;
    const outputs = Array.from({ length: mixerPorts }, () => [new Float32Array(QUANTUM)]);
    for (let at = 0; at + QUANTUM <= seconds * rate; at += QUANTUM) {
      const said = samples.slice(at, at + QUANTUM);
      three.mixer.processor.process([[], [said], [said]], outputs);
      three.scope.currentFrame += QUANTUM;
    }
    await settle();
    const told = reports(three);
    expect(told.length).toBeLessThanOrEqual(10 * seconds);
    expect(told.filter(({ speaking }) => speaking === 1 << 1).length).toBeGreaterThan(told.length / 2);
    expect(told.every(({ speaking }) => (speaking & ~(1 << 1)) === 0)).toBe(true);
    const loudest = Math.max(...told.map(({ levels }) => levels[1]!));
    expect(Math.abs(20 * Math.log10(loudest) - levelDb(samples))).toBeLessThan(12);
    // Mute takes the first quantum to be reached.
    expect(told.slice(1).every(({ levels }) => levels[0] === 0 && levels[2] === 0)).toBe(true);

    // Silence is told once, and no more.
    run(three, [], 400);
    await settle();
    const before = reports(three).length;
    run(three, [], 400);
    await settle();
    expect(reports(three).length).toBe(before);
  });

  it("ends when it is told, and says why where it cannot begin", async () => {
    const { mixer } = await room();
    mixer.post({ type: "stop" });
    await settle();
    expect(mixer.processor.process([], [])).toBe(false);
    const scope = await WorkletScope.open(rate, "mixer.ts");
    open.push(scope);
    const broken = scope.create(mixerProcessorName, { wasm: Uint8Array.of(1, 2, 3) });
    await settle();
    expect(broken.messages).toMatchObject([{ type: "failed" }]);
  });
});
