import { event } from "../message.ts";
import { integer, number, object } from "../shape.ts";

const direction = object({ bytes: integer, bytes_per_second: number, bytes_total: integer });

/** Every 5 s: audio read from and written to the call in that time, and since the session began. */
export const audioInfo = event({ emittedBy: "voice", data: object({ read: direction, write: direction }) });
