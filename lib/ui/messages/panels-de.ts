import type { PanelMessages } from "./panel-messages.ts";

export const panels: PanelMessages = {
  microphone: "Mikrofon",
  speaker: "Lautsprecher",
  systemDefault: "Standard des Systems",
  systemDefaultNamed: "Standard des Systems ({name})",
  notConnected: "{name} (nicht verbunden)",
  devicesUnnamed: "Ihr Browser nennt Ihre Geräte, sobald diese Seite das Mikrofon verwenden darf.",
  allowMicrophone: "Mikrofon erlauben",
  testMicrophone: "Mikrofon testen",
  testSpeaker: "Testton abspielen",
  speakerBySystem: "Dieser Browser spielt auf dem Lautsprecher, den das System vorgibt.",
  volume: "Lautstärke",
  processing: "Ton des Mikrofons",
  echoCancellation: "Echo entfernen",
  noiseSuppression: "Geräusche unterdrücken",
  autoGainControl: "Pegel anpassen",
};
