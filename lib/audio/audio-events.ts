import type { Level } from "../core/index.ts";

/**
 * `running`; `suspended`: the browser waits for a click (or lost the device); `interrupted`: the system took the audio for something
 * else, such as a phone call; `closed`.
 */
export type AudioState = "running" | "suspended" | "interrupted" | "closed";

export class AudioStateEvent extends Event {
  constructor(readonly state: AudioState) {
    super("statechange");
  }
}

/** When something changed, at most five a second. The input is what the microphone hears, muted or not. */
export class AudioLevelEvent extends Event {
  constructor(
    readonly input: Level,
    readonly output: Level,
  ) {
    super("level");
  }
}

/**
 * The device of the microphone went away, or the permission was withdrawn. The call goes on with silence, until another microphone has
 * taken over or a warning asks for one.
 */
export class MicrophoneEndedEvent extends Event {
  constructor(readonly track: MediaStreamTrack) {
    super("microphone-ended");
  }
}

/** Something about the devices that the person should know or mend while the call goes on. Cleared when it no longer holds. */
export interface AudioWarning {
  readonly code:
    | "audio-noise-suppressor"
    | "media-microphone-ended"
    | "media-microphone-replaced"
    | "media-microphone-silent"
    | "media-muted-talking"
    | "media-speaker-replaced";
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly action: string;
  /** Where one action mends it. */
  readonly resume?: () => Promise<void>;
}

export class AudioWarningEvent extends Event {
  constructor(readonly warning: AudioWarning) {
    super("warning");
  }
}

export class AudioWarningClearEvent extends Event {
  constructor(readonly code: AudioWarning["code"]) {
    super("warningclear");
  }
}

export interface CallAudioEventMap {
  statechange: AudioStateEvent;
  level: AudioLevelEvent;
  "microphone-ended": MicrophoneEndedEvent;
  warning: AudioWarningEvent;
  warningclear: AudioWarningClearEvent;
}

/** EventTarget whose listeners get the event class that belongs to the name. */
export interface TypedEventTarget<Events> extends EventTarget {
  addEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: ((event: Events[Type]) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: ((event: Events[Type]) => void) | null,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

export const CallAudioEvents = EventTarget as new () => TypedEventTarget<CallAudioEventMap>;
