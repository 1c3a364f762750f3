import type { Messages } from "./messages.ts";

export const es: Messages = {
  title: "Llamada de voz",
  startCall: "Llamar",
  callAgain: "Volver a llamar",
  tryAgain: "Reintentar",
  resolve: "Solucionar",
  hangUp: "Colgar",
  mute: "Silenciar",
  keypad: "Teclado",
  captions: "Subtítulos",
  devices: "Dispositivos",
  quality: "Calidad",
  controls: "Controles de la llamada",
  star: "Asterisco",
  hash: "Almohadilla",
  caller: "Usted",
  agent: "Agente",
  inputLevel: "Su nivel",
  outputLevel: "Nivel del agente",
  sound: "Sonido",
  silence: "Silencio",
  noCaptions: "Aquí aparecerá lo que se diga.",
  duration: "Duración de la llamada",

  permissionPrompt:
    "El navegador le preguntará si esta página puede usar el micrófono. Solo se le oye mientras dura la llamada.",
  permissionWaiting: "Permita el micrófono en la pregunta que muestra el navegador.",
  permissionDenied:
    "El micrófono está bloqueado para esta página. Permítalo en los ajustes del sitio, junto a la barra de direcciones, y llame.",

  stageMicrophone: "Micrófono",
  stageConnection: "Conexión",
  stageTalk: "Conversación",
  stageDone: "listo",

  idle: "Listo",
  initiating: "Iniciando…",
  ringing: "Sonando…",
  connecting: "Conectando…",
  active: "Conectado",
  held: "En espera",
  reconnecting: "Reconectando…",
  transferring: "Transfiriendo…",
  queued: "En la cola…",
  terminating: "Finalizando la llamada…",
  terminated: "Llamada finalizada",
  failed: "La llamada ha fallado",
  cancelled: "Llamada cancelada",

  endedLocal: "Usted ha colgado.",
  endedRemote: "La otra parte ha colgado.",
  endedNetwork: "Se ha perdido la conexión.",
  endedError: "La llamada no ha podido continuar.",
  reason: "Motivo: {reason}",

  problems: {
    "media-permission-denied": [
      "No se ha permitido el micrófono.",
      "Permítalo en los ajustes del sitio, junto a la barra de direcciones, y reintente.",
    ],
    "media-permission-dismissed": ["Se ha cerrado la pregunta sobre el micrófono.", "Reintente y elija «Permitir»."],
    "media-policy-iframe": ["Esta página no puede usar el micrófono aquí.", "Abra la página en su propia pestaña."],
    "media-insecure-context": ["El micrófono solo está disponible en páginas seguras.", "Abra la página con https://."],
    "media-no-device": ["No se ha encontrado ningún micrófono.", "Conecte un micrófono y reintente."],
    "media-in-use": [
      "No se puede abrir el micrófono; quizá lo esté usando otro programa.",
      "Cierre los programas que lo usen y reintente.",
    ],
    "media-permission-system": [
      "El sistema operativo no permite al navegador usar el micrófono.",
      "Permítalo en los ajustes de privacidad del sistema operativo y reintente.",
    ],
    "media-unsupported": [
      "Este navegador no puede grabar sonido.",
      "Use una versión actual de Chrome, Edge, Firefox o Safari.",
    ],
    "media-constraints": ["El micrófono elegido no sirve.", "Elija otro micrófono y reintente."],
    "media-failed": ["El micrófono no funciona.", "Vuelva a conectarlo o elija otro y reintente."],
    "media-autoplay": [
      "El navegador mantiene el sonido en pausa.",
      "Haga clic en la página o pulse una tecla para activar el sonido.",
    ],
    "transport-unreachable": ["No se puede acceder al servidor.", "Compruebe su conexión a Internet y reintente."],
    "transport-refused": ["El servidor ha rechazado la llamada.", "Vuelva a cargar la página y reintente."],
    "transport-timeout": ["El servidor no ha respondido a tiempo.", "Reintente."],
    "transport-closed": ["Se ha perdido la conexión con el servidor.", "Reintente."],
    "media-no-speaker": ["El altavoz elegido no está.", "Conéctelo de nuevo o elija otro."],
    "media-muted-talking": [
      "Está hablando, pero el micrófono está silenciado.",
      "Active el micrófono para que se le oiga.",
    ],
    "media-microphone-silent": ["No llega sonido del micrófono.", "Compruebe que está encendido o use otro."],
    "media-microphone-ended": [
      "El micrófono se desconectó o se retiró su permiso.",
      "Conéctelo de nuevo o elija otro.",
    ],
    "media-microphone-replaced": [
      "El micrófono se desconectó; otro ha tomado su lugar.",
      "Conéctelo de nuevo o elija otro.",
    ],
    "media-speaker-replaced": [
      "El altavoz se desconectó; otro ha tomado su lugar.",
      "Conéctelo de nuevo o elija otro.",
    ],
    "transport-main-thread": [
      "La llamada funciona sin un proceso propio.",
      "Puede entrecortarse cuando la página está ocupada.",
    ],
  },
  fixes: {
    "media-muted-talking": "Activar el micrófono",
    "media-microphone-silent": "Usar otro micrófono",
    "media-microphone-ended": "Reintentar",
    "media-autoplay": "Activar el sonido",
  },
};
