import { AudioError, throwIfAborted } from "./audio-error.ts";
import { microphoneError, pageSurroundings, whyNoMicrophone } from "./microphone-error.ts";

/** What to ask the browser for. The three kinds of processing are on unless told. */
export interface MicrophoneOptions {
  /** `MediaDeviceInfo.deviceId`; another device is never taken instead. */
  readonly deviceId?: string;
  /** Taken if it is there, else what the system prefers. */
  readonly preferredDeviceId?: string;
  readonly echoCancellation?: boolean;
  readonly noiseSuppression?: boolean;
  readonly autoGainControl?: boolean;
  /** Through the page's own suppressor (`DeviceManager.noiseSuppressor`); off unless told. */
  readonly noiseSuppressor?: boolean;
}

/** An open microphone, or a stream that someone else opened and will close. */
export class Microphone {
  readonly stream: MediaStream;
  readonly track: MediaStreamTrack;
  readonly #owned: boolean;

  private constructor(stream: MediaStream, owned: boolean) {
    const [track] = stream.getAudioTracks();
    if (!track || track.readyState === "ended") {
      throw new AudioError("media-no-device", "The media stream has no live audio track.");
    }
    this.stream = stream;
    this.track = track;
    this.#owned = owned;
  }

  /** Asks for permission where needed. Rejects with `AudioError`; after an abort a late answer of the person is closed at once. */
  static async open(source: MicrophoneOptions | MediaStream, signal?: AbortSignal): Promise<Microphone> {
    throwIfAborted(signal);
    if (isStream(source)) return new Microphone(source, false);
    const { preferredDeviceId, ...rest } = source;
    if (preferredDeviceId && !rest.deviceId) {
      // Chromium does not heed `ideal` here.
      return Microphone.open({ ...rest, deviceId: preferredDeviceId }, signal).catch((error: AudioError) => {
        if (error.code !== "media-constraints") throw error;
        return Microphone.open(rest, signal);
      });
    }
    const page = pageSurroundings();
    const refusal = whyNoMicrophone(page);
    if (refusal) throw refusal;
    const asking = navigator.mediaDevices.getUserMedia({ audio: constraintsOf(source), video: false });
    let stream: MediaStream;
    try {
      stream = await (signal ? Promise.race([asking, aborted(signal)]) : asking);
      throwIfAborted(signal);
    } catch (cause) {
      asking.then(stopAll, () => {});
      throw cause instanceof AudioError ? cause : await microphoneError(cause, page);
    }
    return new Microphone(stream, true);
  }

  /** Idempotent. Stops the device, unless the stream was handed in. */
  close(): void {
    if (this.#owned) stopAll(this.stream);
  }
}

function constraintsOf(options: MicrophoneOptions): MediaTrackConstraints {
  const { deviceId, echoCancellation = true, noiseSuppression = true, autoGainControl = true } = options;
  return {
    echoCancellation,
    noiseSuppression,
    autoGainControl,
    channelCount: { ideal: 1 },
    ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
  };
}

export function isStream(source: MicrophoneOptions | MediaStream): source is MediaStream {
  return typeof MediaStream === "function" && source instanceof MediaStream;
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void =>
      reject(new AudioError("audio-aborted", "The microphone was not opened: aborted.", { cause: signal.reason }));
    signal.addEventListener("abort", fail, { once: true });
  });
}
