import { AudioError } from "./audio-error.ts";
import { type AudioWarning, AudioWarningClearEvent, AudioWarningEvent } from "./audio-events.ts";
import { type AudioDevice, findDevice } from "./device-list.ts";
import type { MicrophoneSettings } from "./device-memory.ts";
import type { DeviceManager, DeviceUser } from "./devices.ts";
import type { MicrophoneOptions } from "./microphone.ts";
import type { MicrophoneInput } from "./microphone-input.ts";
import type { MicrophoneSigns } from "./microphone-signs.ts";
import { MicrophoneWatch } from "./microphone-watch.ts";
import { SuppressorSwitch } from "./suppressor-switch.ts";

/** The audio of one call, as its care handles it. */
export interface CaredAudio {
  readonly context: AudioContext;
  readonly input: MicrophoneInput;
  muted(): boolean;
  /** Opens it before what is in use is dropped; stays as it is where that rejects. */
  switchMicrophone(options: MicrophoneOptions): Promise<void>;
  setSpeaker(id: string): Promise<void>;
  report(event: AudioWarningEvent | AudioWarningClearEvent): void;
}

/** A microphone that froze is opened anew at most this often. */
const REOPEN_MS = 60_000;
/** How long a person is told that another device took over. */
const REPLACED_MS = 15_000;

const microphoneWarnings = ["media-microphone-ended", "media-microphone-replaced", "media-microphone-silent"] as const;

/**
 * Keeps the devices of one call working: follows what is chosen and what the system prefers, puts another device in place of one that went
 * away and the chosen one back when it returns, wakes a frozen microphone. What it cannot mend becomes a warning; each clears itself.
 */
export class DeviceCare implements DeviceUser {
  readonly #devices: DeviceManager;
  readonly #cared: CaredAudio;
  readonly #leave: () => void;
  readonly #settle = (): void => void this.#serially(() => this.#mend()).catch(() => {});
  /** What the microphone is opened with, but for the device; undefined where it is not ours. */
  #options: MicrophoneOptions | undefined;
  /** The device that the page itself asked for; it wins until the person chooses. */
  #fixed: AudioDevice | undefined;
  /** Of the device in use, or "" where the system chose; and what the system chose then. */
  #using = "";
  #systemKey = "";
  #speaker = "";
  #reopenedAt = Number.NEGATIVE_INFINITY;
  #reopening = false;
  #queue: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  readonly #watch: MicrophoneWatch;
  readonly #suppressor: SuppressorSwitch;
  readonly #warned = new Set<AudioWarning["code"]>();

  /** @param options of the microphone in use; undefined where that is not ours, and is left alone. */
  constructor(devices: DeviceManager, cared: CaredAudio, options: MicrophoneOptions | undefined) {
    this.#devices = devices;
    this.#cared = cared;
    this.#suppressor = new SuppressorSwitch(cared.context, cared.input, () => devices.noiseSuppressor);
    this.took(options);
    this.#watch = new MicrophoneWatch(cared, (signs) => this.#read(signs, performance.now()));
    const leaving = devices.join(this);
    this.#leave = () => {
      leaving();
      devices.removeEventListener("change", this.#settle);
    };
    devices.refresh().then(() => {
      if (this.#closed) return;
      this.#systemKey ||= this.#system;
      devices.addEventListener("change", this.#settle);
      this.#settle();
    });
  }

  /** The page put another microphone in use, with these options. */
  took(options: MicrophoneOptions | undefined): void {
    const track = this.#cared.input.track;
    const { deviceId, preferredDeviceId, ...rest } = options ?? {};
    this.#options = options && rest;
    this.#fixed = deviceId ? { id: deviceId, label: track?.label ?? "", groupId: "" } : undefined;
    const id = track?.getSettings().deviceId ?? "";
    this.#using = id === (deviceId ?? preferredDeviceId) ? id : "";
    this.#systemKey = this.#system;
    for (const code of microphoneWarnings) this.#clear(code);
    this.#serially(() => this.#suppressAsWanted()).catch(() => {});
  }

  useMicrophone(device: AudioDevice | undefined): Promise<void> {
    return this.#serially(async () => {
      if (!this.#options) return;
      await this.#open(device);
      this.#fixed = undefined;
      for (const code of microphoneWarnings) this.#clear(code);
    });
  }

  useSpeaker(device: AudioDevice | undefined): Promise<void> {
    return this.#serially(async () => {
      await this.#play(device);
      this.#clear("media-speaker-replaced");
    });
  }

  /** Browsers that cannot change it on the way open the device anew. */
  useSettings(settings: Partial<MicrophoneSettings>): Promise<void> {
    return this.#serially(async () => {
      const track = this.#cared.input.track;
      const before = this.#options;
      if (!before || !track) return;
      const { noiseSuppressor = this.#suppressor.on, ...ofBrowser } = settings;
      await this.#suppressor.set(noiseSuppressor);
      this.#clear("audio-noise-suppressor");
      this.#options = { ...before, ...settings };
      const names = Object.keys(ofBrowser) as (keyof typeof ofBrowser)[];
      if (names.length === 0) return;
      await track.applyConstraints({ ...track.getConstraints(), ...ofBrowser }).catch(() => {});
      const now = track.getSettings() as Partial<MicrophoneSettings>;
      if (names.every((name) => now[name] === ofBrowser[name])) return;
      try {
        await this.#open(this.#inUse);
      } catch (error) {
        this.#options = before;
        throw error;
      }
    });
  }

  /** The track in use has ended. */
  trackEnded(): void {
    if (!this.#options) {
      const message = "The microphone has ended.";
      this.#warn({ code: "media-microphone-ended", message, action: "Start a new call to be heard again." });
    }
    this.#devices.refresh().then(this.#settle, this.#settle);
  }

  /** The page is awake. */
  awake(): void {
    this.#watch.awake();
  }

  #read({ frozen, heard, silent, talkingMuted }: MicrophoneSigns, nowMs: number): void {
    if (!this.#options) return;
    if (frozen && !this.#reopening && nowMs - this.#reopenedAt >= REOPEN_MS) void this.#reopen(nowMs);
    if (this.#reopening) return;
    if (silent || (frozen && !heard)) {
      const message = "No sound comes from the microphone.";
      const action = "Check that it is switched on, or use another one.";
      this.#warn({ code: "media-microphone-silent", message, action, resume: () => this.#useNext() });
    } else if (heard) {
      this.#clear("media-microphone-silent");
    }
    if (talkingMuted) {
      const message = "You are speaking, but the microphone is muted.";
      this.#warn({ code: "media-muted-talking", message, action: "Unmute it to be heard." });
    } else {
      this.#clear("media-muted-talking");
    }
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#watch.close();
    this.#suppressor.close();
    clearTimeout(this.#timer);
    this.#leave();
  }

  /** Puts what should be in use in place of what is, where that differs. */
  async #mend(): Promise<void> {
    const { speaker } = this.#devices;
    const there = speaker && findDevice(this.#devices.speakers, speaker);
    if ((there?.id ?? "") !== this.#speaker) {
      await this.#play(there)
        .catch(() => this.#play(undefined))
        .catch(() => {});
      if (speaker && !there) this.#replaced("media-speaker-replaced", "loudspeaker");
      else this.#clear("media-speaker-replaced");
    }
    const track = this.#cared.input.track;
    if (!this.#options || !track) return;
    const wanted = this.#fixed ?? this.#devices.microphone;
    let device = wanted && findDevice(this.#devices.microphones, wanted);
    const lost = track.readyState === "ended" || this.#gone(track);
    const moved = (device?.id ?? "") !== this.#using || (!device && this.#system !== this.#systemKey);
    if (!lost && !moved) return;
    try {
      await this.#open(device).catch((error: unknown) => {
        if (!device || !lost) throw error;
        device = undefined;
        return this.#open(device);
      });
      this.#clear("media-microphone-ended");
      if (device) this.#clear("media-microphone-replaced");
      else if (lost || wanted) this.#replaced("media-microphone-replaced", "microphone");
    } catch (error) {
      if (!lost) return; // what is in use still works
      const message = "The microphone was disconnected, or its permission was withdrawn.";
      const action = error instanceof AudioError ? error.action : "Connect it again, or choose another one.";
      const resume = () => this.#serially(() => this.#mend());
      this.#warn({ code: "media-microphone-ended", message, action, resume });
    }
  }

  /** As the page asked for it, else as the person chose. A call without it is a call still. */
  async #suppressAsWanted(): Promise<void> {
    const { settings, noiseSuppressor } = this.#devices;
    const chosen = settings.noiseSuppressor && noiseSuppressor !== undefined;
    const on = this.#options !== undefined && (this.#options.noiseSuppressor ?? chosen);
    try {
      await this.#suppressor.set(on);
      this.#clear("audio-noise-suppressor");
    } catch (error) {
      const { message, action } = error as AudioError;
      const resume = () => this.#serially(() => this.#suppressAsWanted());
      this.#warn({ code: "audio-noise-suppressor", message, action, resume });
    }
  }

  async #reopen(nowMs: number): Promise<void> {
    this.#reopenedAt = nowMs;
    this.#reopening = true;
    await this.#serially(() => this.#open(this.#inUse)).catch(() => {});
    this.#reopening = false;
  }

  #replaced(code: "media-microphone-replaced" | "media-speaker-replaced", what: string): void {
    const message = `The ${what} in use was disconnected; another one has taken over.`;
    this.#warn({ code, message, action: "Connect it again, or choose another one." });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#clear(code), REPLACED_MS);
  }

  async #open(device: AudioDevice | undefined): Promise<void> {
    await this.#cared.switchMicrophone({ ...this.#options, ...(device ? { deviceId: device.id } : {}) });
    this.#using = device?.id ?? "";
    this.#systemKey = this.#system;
  }

  async #play(device: AudioDevice | undefined): Promise<void> {
    await this.#cared.setSpeaker(device?.id ?? "");
    this.#speaker = device?.id ?? "";
  }

  /** The one action for a microphone that gives nothing: the next one of the list, or the same anew. */
  async #useNext(): Promise<void> {
    const { microphones } = this.#devices;
    const { deviceId, groupId } = this.#cared.input.track?.getSettings() ?? {};
    const found = microphones.findIndex(({ id }) => id === deviceId);
    const at = found < 0 ? microphones.findIndex((device) => device.groupId === groupId) : found;
    await this.#devices.setMicrophone(microphones[(at + 1) % microphones.length]?.id ?? "");
  }

  get #inUse(): AudioDevice | undefined {
    return this.#devices.microphones.find(({ id }) => id === this.#using);
  }

  /** Changes when the system prefers another microphone. */
  get #system(): string {
    const { defaultMicrophone } = this.#devices;
    return defaultMicrophone ? `${defaultMicrophone.id} ${defaultMicrophone.groupId}` : "";
  }

  /** Whether the browser lists the track's device no more; Safari and Firefox may leave the track live. */
  #gone(track: MediaStreamTrack): boolean {
    const { deviceId } = track.getSettings();
    const { microphones, named } = this.#devices;
    return named && this.#using !== "" && microphones.every(({ id }) => id !== deviceId);
  }

  #warn(warning: AudioWarning): void {
    if (this.#closed || this.#warned.has(warning.code)) return;
    this.#warned.add(warning.code);
    this.#cared.report(new AudioWarningEvent(warning));
  }

  #clear(code: AudioWarning["code"]): void {
    if (this.#warned.delete(code)) this.#cared.report(new AudioWarningClearEvent(code));
  }

  #serially(run: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(() => (this.#closed ? undefined : run()));
    this.#queue = done.catch(() => {});
    return done;
  }
}
