/** A microphone or loudspeaker that can be chosen. */
export interface AudioDevice {
  /** `MediaDeviceInfo.deviceId`. */
  readonly id: string;
  /** Empty before the permission for the microphone. */
  readonly label: string;
  /** Devices of one headset have the same. */
  readonly groupId: string;
}

export interface DeviceList {
  readonly microphones: readonly AudioDevice[];
  readonly speakers: readonly AudioDevice[];
  /** What the system takes where nothing is chosen, as far as the browser tells. */
  readonly defaultMicrophone: AudioDevice | undefined;
  readonly defaultSpeaker: AudioDevice | undefined;
}

/** Chromium lists what the system prefers once more, under names of its own. */
const roles: readonly string[] = ["default", "communications"];

/** What is plugged in. Asks the person for nothing; empty where the browser tells nothing. */
export async function listDevices(): Promise<DeviceList> {
  const all = (await globalThis.navigator?.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
  const of = (wanted: MediaDeviceKind) => all.filter(({ kind }) => kind === wanted).map(toDevice);
  const [inputs, outputs] = [of("audioinput"), of("audiooutput")];
  return {
    microphones: real(inputs),
    speakers: real(outputs),
    defaultMicrophone: preferred(inputs),
    defaultSpeaker: preferred(outputs),
  };
}

/** The same device in another list: by its identifier, which may have changed, else by name and group, else by name. */
export function findDevice(devices: readonly AudioDevice[], wanted: AudioDevice): AudioDevice | undefined {
  const { id, label, groupId } = wanted;
  return (
    devices.find((device) => device.id === id) ??
    devices.find((device) => label !== "" && device.label === label && device.groupId === groupId) ??
    devices.find((device) => label !== "" && device.label === label)
  );
}

const toDevice = ({ deviceId, label, groupId }: MediaDeviceInfo): AudioDevice => ({ id: deviceId, label, groupId });

/** Before the permission there is one nameless entry for all. */
const real = (devices: readonly AudioDevice[]) => devices.filter(({ id }) => id !== "" && !roles.includes(id));

function preferred(devices: readonly AudioDevice[]): AudioDevice | undefined {
  const role = devices.find(({ id }) => id === "default");
  const usable = real(devices);
  return role ? (usable.find(({ groupId }) => groupId === role.groupId) ?? role) : usable[0];
}
