import { expect, test } from "vitest";
import { Captions } from "../../../lib/call/captions.ts";

const lines = (captions: Captions): string[] =>
  captions.all.map(({ speaker, text, final }) => `${speaker}: ${text}${final ? "" : " …"}`);

test("what an agent says grows until it is done; what was said in the end replaces it, and nothing keeps it", () => {
  const captions = new Captions();
  captions.agentDelta("Good ", 1);
  captions.agentDelta("morn", 2);
  expect(lines(captions)).toEqual(["agent: Good morn …"]);
  captions.callerSaid("Hello", 3);
  captions.agentDone("Good morning.", 4);
  captions.agentDelta("How are", 5);
  captions.agentDone(undefined, 6);
  expect(lines(captions)).toEqual(["agent: Good morning.", "caller: Hello", "agent: How are"]);
  expect(captions.all.map(({ id, at }) => [id, at])).toEqual([
    [1, 1],
    [2, 3],
    [3, 5],
  ]);
});

test("an utterance that comes in one piece is one line, and one without a word is none", () => {
  const captions = new Captions();
  expect([captions.agentDone(undefined, 1), captions.agentDone("", 2), lines(captions)]).toEqual([
    undefined,
    undefined,
    [],
  ]);
  captions.agentDone("All at once.", 3);
  expect(lines(captions)).toEqual(["agent: All at once."]);
});

test("the newest lines are kept, in a new array at every change", () => {
  const captions = new Captions(3);
  const before = captions.all;
  for (const text of ["a", "b", "c", "d"]) captions.callerSaid(text, 0);
  expect(lines(captions)).toEqual(["caller: b", "caller: c", "caller: d"]);
  expect(before).toEqual([]);
});
