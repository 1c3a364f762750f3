/** Entry of the script with the signal tools, loaded by `audioWorklet.addModule` where there is a conference, or keys travel in the sound. */
import { KeyListener } from "./key-listener.ts";
import { KeySender } from "./key-sender.ts";
import { keyListenerName, keySenderName, mixerProcessorName } from "./messages.ts";
import { MixerProcessor } from "./mixer-processor.ts";

registerProcessor(mixerProcessorName, MixerProcessor);
registerProcessor(keySenderName, KeySender);
registerProcessor(keyListenerName, KeyListener);
