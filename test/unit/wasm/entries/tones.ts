export { inputPtr, outputPtr } from "../../../../wasm/memory";
export { toneActive, toneOpen, tonePull, toneSine, toneStart, toneStop } from "../../../../wasm/tones";
