/** What the elements need of the devices: they know calls, not audio. */
export {
  type AudioDevice,
  DeviceManager,
  type MicrophoneFilter,
  type MicrophoneSettings,
  type NoiseSuppressor,
  pageDevices,
} from "../audio/index.ts";
