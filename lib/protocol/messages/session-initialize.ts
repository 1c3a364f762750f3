import { codec } from "../codec.ts";
import { operation } from "../message.ts";
import { lenient, list, map, nullable, object, string } from "../shape.ts";

/**
 * First request of a session: whose call it is, and which codecs the voice side speaks. The application picks one of
 * them.
 */
export const sessionInitialize = operation({
  handledBy: "application",
  params: object({
    application: object({ id: string }),
    call: object({ id: string, session_id: string, from: string, to: string }),
    audio_codec_offerings: lenient(list(codec), []),
    metadata: nullable(map),
  }),
  result: object({ audio_codec: nullable(codec) }),
});
