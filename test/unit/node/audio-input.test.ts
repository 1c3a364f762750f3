import { describe, expect, it } from "vitest";
import { AudioInput } from "../../../lib/node/audio-input.ts";

const frame = (value: number): Uint8Array => new Uint8Array(4).fill(value);

describe("the caller's sound, heard frame by frame", () => {
  it("gives those that wait, then each as it comes, and resolves at the end of the call", async () => {
    const audio = new AudioInput(3);
    for (const value of [1, 2, 3, 4]) audio.push(frame(value));
    const heard: number[] = [];
    const over = audio.each(([value]) => heard.push(value!));
    expect([heard, audio.droppedFrames]).toEqual([[2, 3, 4], 1]);
    audio.push(frame(5));
    expect(heard).toEqual([2, 3, 4, 5]);
    audio.end();
    await over;
    audio.push(frame(6));
    expect([heard.length, audio.receivedBytes]).toEqual([4, 20]);
  });

  it("resolves at once where the call has ended, with what waited", async () => {
    const audio = new AudioInput(3);
    audio.push(frame(1));
    audio.end();
    const heard: Uint8Array[] = [];
    await audio.each((bytes) => heard.push(bytes));
    expect(heard).toEqual([frame(1)]);
  });

  it("has one reader, and another may go on where it stopped", async () => {
    const audio = new AudioInput(10);
    const failure = new Error("enough");
    const first = audio.each(([value]) => {
      if (value === 2) throw failure;
    });
    expect(() => audio[Symbol.asyncIterator]()).toThrow(/being read/);
    expect(() => audio.each(() => {})).toThrow(/being read/);
    for (const value of [1, 2, 3]) audio.push(frame(value));
    await expect(first).rejects.toBe(failure);
    for await (const bytes of audio) {
      expect(bytes).toEqual(frame(3));
      break;
    }
    const rest: Uint8Array[] = [];
    const second = audio.each((bytes) => rest.push(bytes));
    audio.push(frame(4));
    audio.end();
    await second;
    expect(rest).toEqual([frame(4)]);
  });

  it("stops in the middle of what waited when it throws", async () => {
    const audio = new AudioInput(10);
    for (const value of [1, 2, 3]) audio.push(frame(value));
    const heard: number[] = [];
    const failing = audio.each(([value]) => {
      heard.push(value!);
      if (value === 2) throw new Error("enough");
    });
    await expect(failing).rejects.toThrow("enough");
    const rest: number[] = [];
    void audio.each(([value]) => rest.push(value!));
    expect([heard, rest]).toEqual([[1, 2], [3]]);
  });

  it("is at its end for whoever comes after the reader that waited for it", async () => {
    const audio = new AudioInput(10);
    const count = async (): Promise<number> => {
      let frames = 0;
      for await (const _ of audio) frames++;
      return frames;
    };
    const first = count();
    await Promise.resolve();
    audio.end();
    expect([await first, await count()]).toEqual([0, 0]);
    await audio.each(() => {});
  });

  it("stops for a reader that lets go of it, which takes it from no other one later", async () => {
    const audio = new AudioInput(10);
    const first = audio[Symbol.asyncIterator]();
    const waiting = first.next();
    await first.return?.();
    expect((await waiting).done).toBe(true);
    const second = audio[Symbol.asyncIterator]();
    await first.return?.();
    expect((await first.next()).done).toBe(true);
    expect(() => audio[Symbol.asyncIterator]()).toThrow(/being read/);
    audio.push(frame(1));
    expect((await second.next()).value).toEqual(frame(1));
  });

  it("keeps so many bytes for a reader that falls behind, however few frames they are", async () => {
    const audio = new AudioInput(10, 10);
    for (const value of [1, 2, 3]) audio.push(frame(value));
    expect(audio.droppedFrames).toBe(1);
    audio.end();
    const heard: number[] = [];
    await audio.each(([value]) => heard.push(value!));
    expect(heard).toEqual([2, 3]);
  });
});
