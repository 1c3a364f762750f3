/** Entry of the worklet script: bundled as one classic script, loaded by `audioWorklet.addModule`. */
import { CaptureProcessor } from "./capture-processor.ts";
import { captureProcessorName, playbackProcessorName } from "./messages.ts";
import { PlaybackProcessor } from "./playback-processor.ts";

registerProcessor(captureProcessorName, CaptureProcessor);
registerProcessor(playbackProcessorName, PlaybackProcessor);
