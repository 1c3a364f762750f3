import { expect, test } from "vitest";
import { PreparedAudio } from "../../../../lib/call/client/prepared-audio.ts";
import { FakeAudio } from "../fake-audio.ts";

/** Every microphone that is opened; `refuse`: the next one is not. */
function rig() {
  const opened: FakeAudio[] = [];
  let refusal: Error | undefined;
  const audio = new PreparedAudio({
    openAudio: async () => {
      const error = refusal;
      refusal = undefined;
      if (error) throw error;
      opened.push(new FakeAudio());
      return opened.at(-1) as never;
    },
  });
  const refuse = (): void => {
    refusal = new Error("no microphone");
  };
  return { audio, opened, refuse };
}

test("what was prepared goes to the first call, and to that one alone", async () => {
  const { audio, opened } = rig();
  await Promise.all([audio.prepare(), audio.prepare()]);
  expect(opened.length).toBe(1);
  const [first, second] = await Promise.all([audio.open({}), audio.open({})]);
  expect([first, second]).toEqual(opened);
  expect(first).not.toBe(second);
  await audio.close();
  expect(opened.map(({ state }) => state)).toEqual(["running", "running"]); // they are the calls' now
});

test("what could not be prepared is tried again: by the next that prepares, and by the call", async () => {
  const { audio, opened, refuse } = rig();
  refuse();
  await expect(audio.prepare()).rejects.toThrow("no microphone");
  await audio.prepare();
  expect(opened.length).toBe(1);
  await audio.close();
  refuse();
  const preparing = audio.prepare();
  const call = audio.open({});
  await expect(preparing).rejects.toThrow("no microphone");
  expect(await call).toBe(opened[1]);
});

test("what no call has needed is given back", async () => {
  const { audio, opened } = rig();
  await audio.prepare();
  await Promise.all([audio.close(), audio.close()]);
  expect(opened.map(({ state }) => state)).toEqual(["closed"]);
});
