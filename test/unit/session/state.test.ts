import { describe, expect, it } from "vitest";
import type { Session } from "../../../lib/session/index.ts";
import { move, type SessionState } from "../../../lib/session/state.ts";

const steps: Record<SessionState, SessionState[]> = {
  idle: ["connecting", "closing"],
  connecting: ["initializing", "closing"],
  initializing: ["active", "closing"],
  active: ["closing"],
  closing: ["closed", "failed"],
  closed: [],
  failed: [],
};
const states = Object.keys(steps) as SessionState[];

describe("the states of a session", () => {
  it.each(states)("%s leads where the diagram says, and nowhere else", (from) => {
    for (const next of states) {
      if (steps[from].includes(next)) expect(move(from, next)).toBe(next);
      else expect(() => move(from, next)).toThrow(expect.objectContaining({ code: "session-state" }));
    }
  });

  it("can all come to an end", () => {
    for (const from of states) {
      if (steps[from].length > 0 && from !== "closing") expect(steps[from]).toContain("closing");
    }
  });
});

// Checked by the compiler: listeners know the class of their event.
const typed = (session: Session): void => {
  session.addEventListener("dtmf", (event) => event.data.digit.length);
  session.addEventListener("ended", (event) => event.end.reason.length, { once: true });
  // @ts-expect-error dtmf has no text
  session.addEventListener("dtmf", (event) => event.data.text);
};
void typed;
