/** What can go wrong between a microphone, this page and a loudspeaker. */
export type AudioErrorCode =
  | "media-permission-denied"
  | "media-permission-dismissed"
  | "media-permission-system"
  | "media-policy-iframe"
  | "media-insecure-context"
  | "media-unsupported"
  | "media-no-device"
  | "media-no-speaker"
  | "media-in-use"
  | "media-constraints"
  | "media-autoplay"
  | "media-failed"
  | "csp-worklet"
  | "csp-wasm"
  | "csp-connect"
  | "audio-asset"
  | "audio-core"
  | "audio-format"
  | "audio-noise-suppressor"
  | "audio-closed"
  | "audio-aborted";

interface Advice {
  /** What to do, a sentence: for the person at `media-*`, for the developer elsewhere. */
  readonly action: string;
  /** False where the same attempt may work when it is repeated, without reloading the page. */
  readonly fatal: boolean;
}

const advice: Readonly<Record<AudioErrorCode, Advice>> = {
  "media-permission-denied": {
    action: "Allow the microphone for this page in the browser's site settings, then try again.",
    fatal: false,
  },
  "media-permission-dismissed": { action: "Try again and choose “Allow” when the browser asks.", fatal: false },
  "media-permission-system": {
    action: "Allow the browser to use the microphone in the privacy settings of the operating system, then try again.",
    fatal: false,
  },
  "media-policy-iframe": {
    action:
      'Add allow="microphone" to the iframe, and let the Permissions-Policy header of the page permit microphone.',
    fatal: true,
  },
  "media-insecure-context": { action: "Open this page over https, or on localhost.", fatal: true },
  "media-unsupported": { action: "Use a current version of Chrome, Edge, Firefox or Safari.", fatal: true },
  "media-no-device": { action: "Connect a microphone, then try again.", fatal: false },
  "media-no-speaker": { action: "Connect it again, or choose another loudspeaker.", fatal: false },
  "media-in-use": { action: "Close other programs that use the microphone, then try again.", fatal: false },
  "media-constraints": { action: "Choose another microphone, then try again.", fatal: false },
  "media-autoplay": { action: "Click or press a key on the page to turn the sound on.", fatal: false },
  "media-failed": { action: "Reconnect the microphone or choose another one, then try again.", fatal: false },
  "csp-worklet": {
    action:
      "Allow it in script-src of the page's Content-Security-Policy: blob: for the inlined script; or serve worklet.js, set workletUrl and allow its origin.",
    fatal: true,
  },
  "csp-wasm": { action: "Add 'wasm-unsafe-eval' to script-src in the page's Content-Security-Policy.", fatal: true },
  "csp-connect": {
    action: "Add the origin of wasmUrl to connect-src in the page's Content-Security-Policy.",
    fatal: true,
  },
  "audio-asset": {
    action: "Check that workletUrl and wasmUrl lead to worklet.js and core.wasm of this version.",
    fatal: false,
  },
  "audio-core": { action: "Try again; if it happens again, report it with the browser's version.", fatal: false },
  "audio-format": { action: "Choose another codec.", fatal: true },
  "audio-noise-suppressor": {
    action: "Install @sapphi-red/web-noise-suppressor, and check where the page serves its files.",
    fatal: false,
  },
  "audio-closed": { action: "Start a new call.", fatal: true },
  "audio-aborted": { action: "Start a new call.", fatal: false },
};

/** Thrown by everything in lib/audio. */
export class AudioError extends Error {
  override readonly name = "AudioError";
  readonly action: string;
  readonly fatal: boolean;

  constructor(
    readonly code: AudioErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.action = advice[code].action;
    this.fatal = advice[code].fatal;
  }
}

/** Throws `audio-aborted` where `signal` has aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new AudioError("audio-aborted", "The audio was not opened: aborted.", { cause: signal.reason });
}
