import { codec } from "../codec.ts";
import { event } from "../message.ts";
import { nullable, object } from "../shape.ts";

/** Right after `session.initialize` succeeded; from here audio flows both ways. */
export const sessionUpdated = event({ emittedBy: "voice", data: object({ audio_codec: nullable(codec) }) });
