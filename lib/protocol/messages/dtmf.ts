import { fail } from "../json.ts";
import { event } from "../message.ts";
import { count, nonEmpty, object } from "../shape.ts";

/** A key was released. `seq` starts at 0 and counts up; times are epoch milliseconds. */
export const dtmf = event({
  emittedBy: "voice",
  data: object({ seq: count, pressed_at: count, released_at: count, digit: nonEmpty }, (data, path) => {
    if (data.released_at < data.pressed_at) fail(`${path}.released_at`, "pressed_at or later", data.released_at);
  }),
});
