import { AudioError } from "./audio-error.ts";
import type { TypedEventTarget } from "./audio-events.ts";
import type { AudioDevice, DeviceList } from "./device-list.ts";
import { type DeviceChoice, type MicrophoneSettings, recallChoice, rememberChoice } from "./device-memory.ts";
import { Microphone, type MicrophoneOptions } from "./microphone.ts";

/** The list of devices, or what was chosen among them, changed. */
export class DevicesEvent extends Event {
  constructor() {
    super("change");
  }
}

const DeviceEvents = EventTarget as new () => TypedEventTarget<{ change: DevicesEvent }>;

/** A call that follows what is chosen. Each promise rejects with AudioError where it could not; then everything there is as it was. */
export interface DeviceUser {
  useMicrophone(device: AudioDevice | undefined): Promise<void>;
  useSpeaker(device: AudioDevice | undefined): Promise<void>;
  useSettings(settings: Partial<MicrophoneSettings>): Promise<void>;
}

const noDevices: DeviceList = {
  microphones: [],
  speakers: [],
  defaultMicrophone: undefined,
  defaultSpeaker: undefined,
};

const defaults: MicrophoneSettings = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  noiseSuppressor: false,
};

/** What the sound of a microphone goes through. */
export interface MicrophoneFilter {
  readonly node: AudioNode;
  /** The node was disconnected, and is needed no more. */
  close(): void;
}

/** Makes one for a call. Whoever gets it closes it. Rejects with AudioError. */
export type NoiseSuppressor = (context: AudioContext) => Promise<MicrophoneFilter>;

/**
 * Microphones and loudspeakers of this page, and what the person chose: remembered on this site, followed by every call that is on. Page
 * only, importable anywhere; opens nothing by itself. A chosen device that is not there is kept in mind: it is used again when it is back.
 */
export class DeviceManager extends DeviceEvents {
  /**
   * A suppressor that the page brings along, stronger than the browser's: see `voicebridge/noise-suppressor`. Nothing of it is made before a
   * call with the setting of the same name.
   */
  noiseSuppressor: NoiseSuppressor | undefined;
  #list: DeviceList = noDevices;
  #choice: DeviceChoice | undefined;
  #remember = true;
  #following = false;
  #reading: Promise<void> | undefined;
  #switching: Promise<void> = Promise.resolve();
  readonly #users = new Set<DeviceUser>();

  get microphones(): readonly AudioDevice[] {
    return this.#list.microphones;
  }

  get speakers(): readonly AudioDevice[] {
    return this.#list.speakers;
  }

  get defaultMicrophone(): AudioDevice | undefined {
    return this.#list.defaultMicrophone;
  }

  get defaultSpeaker(): AudioDevice | undefined {
    return this.#list.defaultSpeaker;
  }

  /** The chosen one, there or not; undefined: the system's default. */
  get microphone(): AudioDevice | undefined {
    return this.#chosen.microphone;
  }

  get speaker(): AudioDevice | undefined {
    return this.#chosen.speaker;
  }

  get settings(): MicrophoneSettings {
    return { ...defaults, ...this.#chosen.settings };
  }

  /** False before the permission: the browser tells neither names nor how many there are. */
  get named(): boolean {
    return this.microphones.some(({ label }) => label !== "");
  }

  /** Firefox and Safari play where the system says. */
  get canChooseSpeaker(): boolean {
    return "setSinkId" in (globalThis.AudioContext?.prototype ?? {});
  }

  /** False: choices are forgotten with the page, and what was remembered is removed. */
  get remember(): boolean {
    return this.#remember;
  }

  set remember(remember: boolean) {
    if (remember === this.#remember) return;
    const choice = this.#chosen;
    this.#remember = remember;
    rememberChoice(remember ? choice : undefined);
  }

  /** Reads the list anew, and from the first time on whenever something is plugged in or out. Never rejects. */
  refresh(): Promise<void> {
    const { mediaDevices } = globalThis.navigator ?? {};
    if (!this.#following) mediaDevices?.addEventListener?.("devicechange", () => void this.refresh());
    this.#following = mediaDevices !== undefined;
    // An answer that is on its way may be older than the question.
    const reading = (this.#reading ?? Promise.resolve()).then(async () => {
      const list = await import("./device-list.ts").then(({ listDevices }) => listDevices()).catch(() => this.#list);
      const changed = JSON.stringify(list) !== JSON.stringify(this.#list);
      this.#list = list;
      this.#recognize();
      if (changed) this.dispatchEvent(new DevicesEvent());
    });
    this.#reading = reading;
    return reading;
  }

  /** Asks for the microphone, so that the browser tells the names, and gives it back at once. Rejects with AudioError. */
  async askPermission(): Promise<void> {
    (await Microphone.open(this.settings)).close();
    await this.refresh();
  }

  /** `id` of one of `microphones`, or "" for the system's default. Calls that are on use it from then on. Rejects, and stays, where it cannot. */
  setMicrophone(id: string): Promise<void> {
    return this.#switch(async () => {
      const microphone = await this.#find("microphones", id);
      await this.#tell((user) => user.useMicrophone(microphone));
      this.#keep({ microphone });
    });
  }

  /** `id` of one of `speakers`, or "" for the system's default. */
  setSpeaker(id: string): Promise<void> {
    return this.#switch(async () => {
      const speaker = await this.#find("speakers", id);
      await this.#tell((user) => user.useSpeaker(speaker));
      this.#keep({ speaker });
    });
  }

  /** Calls that are on change it without a gap. */
  setSettings(settings: Partial<MicrophoneSettings>): Promise<void> {
    return this.#switch(async () => {
      await this.#tell((user) => user.useSettings(settings));
      this.#keep({ settings: { ...this.#chosen.settings, ...settings } });
    });
  }

  /** What to open for a page that asks for `options`: its wishes win over what the person chose. */
  microphoneOptions(options: MicrophoneOptions): MicrophoneOptions {
    const { id } = this.microphone ?? {};
    return { ...this.#chosen.settings, ...(id ? { preferredDeviceId: id } : {}), ...options };
  }

  /** Returns how to leave. */
  join(user: DeviceUser): () => void {
    this.#users.add(user);
    return () => this.#users.delete(user);
  }

  get #chosen(): DeviceChoice {
    this.#choice ??= recallChoice();
    return this.#choice;
  }

  #keep(part: DeviceChoice): void {
    this.#choice = { ...this.#chosen, ...part };
    if (this.#remember) rememberChoice(this.#choice);
    this.dispatchEvent(new DevicesEvent());
  }

  /** A browser may give a device another identifier after a reload: the only one of that name is the one that was chosen. */
  #recognize(): void {
    for (const kind of ["microphone", "speaker"] as const) {
      const chosen = this.#chosen[kind];
      const list = this[`${kind}s`];
      if (!chosen?.label || list.some(({ id }) => id === chosen.id)) continue;
      const [same, another] = list.filter(({ label }) => label === chosen.label);
      if (same && !another) this.#keep({ [kind]: same });
    }
  }

  /** One after the other, in the order they were asked for. */
  #switch(run: () => Promise<void>): Promise<void> {
    const done = this.#switching.then(run);
    this.#switching = done.catch(() => {});
    return done;
  }

  async #find(kind: "microphones" | "speakers", id: string): Promise<AudioDevice | undefined> {
    if (id === "") return undefined;
    const there = () => this[kind].find((device) => device.id === id);
    if (!there()) await this.refresh();
    const device = there();
    if (device) return device;
    throw kind === "speakers"
      ? new AudioError("media-no-speaker", "The chosen loudspeaker is not there.")
      : new AudioError("media-constraints", "The chosen microphone is not there.");
  }

  async #tell(use: (user: DeviceUser) => Promise<void>): Promise<void> {
    try {
      await Promise.all([...this.#users].map(use));
    } catch (error) {
      this.dispatchEvent(new DevicesEvent()); // whoever did follow goes back
      throw error;
    }
  }
}

let shared: DeviceManager | undefined;

/** The one of this page. */
export function pageDevices(): DeviceManager {
  shared ??= new DeviceManager();
  return shared;
}
