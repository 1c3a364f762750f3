// A process that records a call as fast as it can, until somebody kills it: `node record.mjs <file>`.
import { recordCall } from "../../../../lib/node/index.ts";
import { openMemoryCall, ramp } from "../memory-call.ts";

const { call, send, clock } = await openMemoryCall("L16/16000/1");
await recordCall(call, { file: process.argv[2]! });
void (async () => {
  for await (const frame of call.audio) call.output.send(frame);
})();
for (let at = 0; ; at += 320) {
  send(ramp(at, 320));
  await clock.advance(20);
}
