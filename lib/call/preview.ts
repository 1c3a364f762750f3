/** Microphone and loudspeaker without a call. Apart from the rest, so that pages which only make calls do not load it. */
export { MicrophonePreview, playTestSound } from "../audio/preview.ts";
