import type { PanelMessages } from "./panel-messages.ts";

export const panels: PanelMessages = {
  microphone: "Micrófono",
  speaker: "Altavoz",
  systemDefault: "Predeterminado del sistema",
  systemDefaultNamed: "Predeterminado del sistema ({name})",
  notConnected: "{name} (no conectado)",
  devicesUnnamed: "El navegador muestra sus dispositivos cuando esta página puede usar el micrófono.",
  allowMicrophone: "Permitir el micrófono",
  testMicrophone: "Probar el micrófono",
  testSpeaker: "Reproducir un sonido de prueba",
  speakerBySystem: "Este navegador usa el altavoz que indica el sistema.",
  volume: "Volumen",
  processing: "Sonido del micrófono",
  echoCancellation: "Eliminar el eco",
  noiseSuppression: "Suprimir el ruido",
  autoGainControl: "Ajustar el nivel",
};
