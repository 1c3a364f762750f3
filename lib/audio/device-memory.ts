import type { AudioDevice } from "./device-list.ts";

/** What is done to the microphone's sound. */
export interface MicrophoneSettings {
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
  /** By the page's own suppressor, where it has one (`DeviceManager.noiseSuppressor`); the others are the browser's. */
  readonly noiseSuppressor: boolean;
}

/** What a person chose on this site; what is left out is the system's. */
export interface DeviceChoice {
  readonly microphone?: AudioDevice | undefined;
  readonly speaker?: AudioDevice | undefined;
  readonly settings?: Partial<MicrophoneSettings>;
}

const key = "voicebridge.devices";

/** Nothing where there is no storage, or it is closed to this page. */
export function recallChoice(): DeviceChoice {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof value === "object" && value !== null ? sound(value) : {};
  } catch {
    return {};
  }
}

/** Undefined forgets. */
export function rememberChoice(choice: DeviceChoice | undefined): void {
  try {
    if (choice) localStorage.setItem(key, JSON.stringify(choice));
    else localStorage.removeItem(key);
  } catch {
    // Full, or closed to this page: the choice lasts as long as the page.
  }
}

/** Another version, or another script, may have written it. */
function sound({ microphone, speaker, settings }: DeviceChoice): DeviceChoice {
  return {
    microphone: isDevice(microphone) ? microphone : undefined,
    speaker: isDevice(speaker) ? speaker : undefined,
    settings: Object.fromEntries(Object.entries(settings ?? {}).filter(([, value]) => typeof value === "boolean")),
  };
}

function isDevice(value: unknown): value is AudioDevice {
  const { id, label, groupId } = (value ?? {}) as Partial<AudioDevice>;
  return [id, label, groupId].every((text) => typeof text === "string");
}
