import type { PanelMessages } from "./panel-messages.ts";

export const panels: PanelMessages = {
  microphone: "Microphone",
  speaker: "Loudspeaker",
  systemDefault: "System default",
  systemDefaultNamed: "System default ({name})",
  notConnected: "{name} (not connected)",
  devicesUnnamed: "Your browser names your devices once this page may use the microphone.",
  allowMicrophone: "Allow the microphone",
  testMicrophone: "Test the microphone",
  testSpeaker: "Play a test sound",
  speakerBySystem: "This browser plays on the loudspeaker that the system is set to.",
  volume: "Volume",
  processing: "Sound of the microphone",
  echoCancellation: "Remove echo",
  noiseSuppression: "Suppress noise",
  autoGainControl: "Adjust the level",
};
