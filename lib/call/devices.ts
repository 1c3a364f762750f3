/** What the elements need of the devices: they know calls, not audio. */
export { type AudioDevice, DeviceManager, type MicrophoneSettings, pageDevices } from "../audio/index.ts";
