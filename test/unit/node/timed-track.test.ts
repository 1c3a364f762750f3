import { describe, expect, it } from "vitest";
import { TimedTrack } from "../../../lib/node/timed-track.ts";

const track = () => new TimedTrack({ toleranceSamples: 10, maxAheadSamples: 1000 });
const sound = (from: number, count: number): Int16Array => new Int16Array(count).map((_, i) => 1000 + from + i);
const silence = (count: number): number[] => new Array<number>(count).fill(0);

describe("a track on the time line of a recording", () => {
  it("has the sound where it came, and joins what came late but in time", () => {
    const side = track();
    side.push(sound(0, 5), 20);
    side.push(sound(5, 5), 33); // 8 late
    side.push(sound(10, 5), 34);
    expect([...side.take(25)]).toEqual([...silence(20), ...sound(0, 5)]);
    expect([...side.take(15)]).toEqual([...sound(5, 10), ...silence(5)]);
    expect(side.gaps).toBe(0);
  });

  it("has a gap where sound came too late, and what follows is late by as much", () => {
    const side = track();
    side.push(sound(0, 5), 0);
    side.push(sound(5, 5), 16); // 11 late
    side.push(sound(10, 5), 16);
    expect([...side.take(30)]).toEqual([...sound(0, 5), ...silence(11), ...sound(5, 10), ...silence(4)]);
    expect([side.gaps, side.gapSamples]).toEqual([1, 11]);
  });

  it("never goes back to what was taken", () => {
    const side = track();
    side.push(sound(0, 5), 0);
    side.take(12);
    side.push(sound(5, 5), 14); // would follow at 5
    expect([...side.take(10)]).toEqual([...sound(5, 5), ...silence(5)]);
  });

  it("spreads a burst in time", () => {
    const side = track();
    for (let i = 0; i < 10; i++) side.push(sound(i * 5, 5), 3);
    expect(side.end).toBe(53);
    expect([...side.take(53)]).toEqual([...silence(3), ...sound(0, 50)]);
  });

  it("leaves out silence, and silence only, while it is behind the present", () => {
    const side = track();
    side.pushLive(sound(0, 30), 0);
    const quiet = new Int16Array(5).fill(99);
    side.pushLive(quiet, 15); // 15 behind
    side.pushLive(sound(30, 5), 15);
    side.pushLive(quiet, 26); // 9 behind: kept
    expect([...side.take(40)]).toEqual([...sound(0, 35), ...quiet]);
    expect(side.skippedSamples).toBe(5);
  });

  it("leaves out what was taken back, and moves up what came behind it", () => {
    const side = track();
    side.push(sound(0, 100), 0);
    side.push(sound(100, 20), 31); // sent after the clear was asked for
    expect([...side.take(30)]).toEqual([...sound(0, 30)]);
    side.takeBack(40, 100);
    expect([...side.take(40)]).toEqual([...sound(30, 10), ...sound(100, 20), ...silence(10)]);
    expect(side.end).toBe(60);
  });

  it("does not move sound before the time at which it came", () => {
    const side = track();
    side.push(sound(0, 100), 0);
    side.push(sound(100, 5), 80);
    side.takeBack(20, 100);
    expect([...side.take(90)]).toEqual([...sound(0, 20), ...silence(60), ...sound(100, 5), ...silence(5)]);
  });

  it("survives taking back what was taken already, in part or as a whole", () => {
    const side = track();
    side.push(sound(0, 50), 0);
    side.take(30);
    side.takeBack(10, 50);
    expect([...side.take(5)]).toEqual(silence(5));
    side.push(sound(50, 5), 36);
    side.takeBack(0, 50);
    expect([...side.take(10)]).toEqual([...sound(50, 5), ...silence(5)]);
  });

  it("is bounded, and counts what it left out", () => {
    const side = track();
    for (let i = 0; i < 300; i++) side.push(sound(0, 5), 0);
    expect(side.end).toBe(1005);
    expect(side.lostSamples).toBe(300 * 5 - 1005);
  });
});
