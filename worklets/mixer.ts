/** Entry of the mixer's script, loaded by `audioWorklet.addModule` where there is a conference. */
import { mixerProcessorName } from "./messages.ts";
import { MixerProcessor } from "./mixer-processor.ts";

registerProcessor(mixerProcessorName, MixerProcessor);
