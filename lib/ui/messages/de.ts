import type { Messages } from "./messages.ts";

export const de: Messages = {
  title: "Sprachanruf",
  startCall: "Anrufen",
  callAgain: "Erneut anrufen",
  tryAgain: "Erneut versuchen",
  resolve: "Beheben",
  hangUp: "Auflegen",
  mute: "Stumm",
  keypad: "Tastenfeld",
  captions: "Untertitel",
  devices: "Geräte",
  quality: "Qualität",
  controls: "Anrufsteuerung",
  star: "Stern",
  hash: "Raute",
  caller: "Sie",
  agent: "Agent",
  inputLevel: "Ihr Pegel",
  outputLevel: "Pegel des Agenten",
  sound: "Ton",
  silence: "Stille",
  noCaptions: "Hier erscheint, was gesagt wird.",
  duration: "Dauer des Anrufs",

  permissionPrompt:
    "Ihr Browser fragt gleich, ob diese Seite das Mikrofon verwenden darf. Man hört Sie nur, solange der Anruf dauert.",
  permissionWaiting: "Bitte erlauben Sie das Mikrofon in der Frage, die Ihr Browser gerade zeigt.",
  permissionDenied:
    "Das Mikrofon ist für diese Seite gesperrt. Erlauben Sie es in den Website-Einstellungen neben der Adresszeile und rufen Sie dann an.",
  permissionGranted: "Das Mikrofon ist jetzt erlaubt. Versuchen Sie es erneut.",
  openTab: "Diese Seite in einem eigenen Tab öffnen",
  openSecure: "Die sichere Seite öffnen",

  stageMicrophone: "Mikrofon",
  stageConnection: "Verbindung",
  stageTalk: "Gespräch",
  stageDone: "fertig",

  idle: "Bereit",
  initiating: "Wird gestartet …",
  ringing: "Es klingelt …",
  connecting: "Wird verbunden …",
  active: "Verbunden",
  held: "Gehalten",
  reconnecting: "Wird neu verbunden …",
  transferring: "Wird weitergeleitet …",
  queued: "In der Warteschlange …",
  terminating: "Wird beendet …",
  terminated: "Anruf beendet",
  failed: "Anruf fehlgeschlagen",
  cancelled: "Anruf abgebrochen",

  endedLocal: "Sie haben aufgelegt.",
  endedRemote: "Die Gegenseite hat aufgelegt.",
  endedNetwork: "Die Verbindung ist abgerissen.",
  endedError: "Der Anruf konnte nicht fortgesetzt werden.",
  reason: "Grund: {reason}",

  problems: {
    "media-permission-denied": [
      "Das Mikrofon wurde nicht erlaubt.",
      "Erlauben Sie das Mikrofon in den Website-Einstellungen neben der Adresszeile und versuchen Sie es erneut.",
    ],
    "media-permission-dismissed": [
      "Die Frage nach dem Mikrofon wurde geschlossen.",
      "Versuchen Sie es erneut und wählen Sie „Zulassen“.",
    ],
    "media-policy-iframe": [
      "Diese Seite darf das Mikrofon hier nicht verwenden.",
      "Öffnen Sie die Seite in einem eigenen Tab.",
    ],
    "media-insecure-context": [
      "Das Mikrofon ist nur auf sicheren Seiten verfügbar.",
      "Öffnen Sie die Seite über https://.",
    ],
    "media-no-device": [
      "Es wurde kein Mikrofon gefunden.",
      "Schließen Sie ein Mikrofon an und versuchen Sie es erneut.",
    ],
    "media-in-use": [
      "Das Mikrofon lässt sich nicht öffnen; vielleicht verwendet es ein anderes Programm.",
      "Schließen Sie andere Programme, die es verwenden, und versuchen Sie es erneut.",
    ],
    "media-permission-system": [
      "Das Betriebssystem lässt den Browser das Mikrofon nicht verwenden.",
      "Erlauben Sie es in den Datenschutzeinstellungen des Betriebssystems und versuchen Sie es erneut.",
    ],
    "media-unsupported": [
      "Dieser Browser kann keinen Ton aufnehmen.",
      "Verwenden Sie eine aktuelle Version von Chrome, Edge, Firefox oder Safari.",
    ],
    "media-constraints": [
      "Das gewählte Mikrofon passt nicht.",
      "Wählen Sie ein anderes Mikrofon und versuchen Sie es erneut.",
    ],
    "media-failed": [
      "Das Mikrofon funktioniert nicht.",
      "Schließen Sie das Mikrofon neu an oder wählen Sie ein anderes und versuchen Sie es erneut.",
    ],
    "media-autoplay": [
      "Der Browser hält den Ton an.",
      "Klicken Sie auf die Seite oder drücken Sie eine Taste, um den Ton einzuschalten.",
    ],
    "transport-unreachable": [
      "Der Server ist nicht erreichbar.",
      "Prüfen Sie Ihre Internetverbindung und versuchen Sie es erneut.",
    ],
    "transport-refused": [
      "Der Server hat den Anruf abgelehnt.",
      "Laden Sie die Seite neu und versuchen Sie es erneut.",
    ],
    "transport-timeout": ["Der Server hat nicht rechtzeitig geantwortet.", "Versuchen Sie es erneut."],
    "transport-closed": ["Die Verbindung zum Server ist abgerissen.", "Versuchen Sie es erneut."],
    "media-no-speaker": [
      "Der gewählte Lautsprecher ist nicht da.",
      "Schließen Sie ihn wieder an oder wählen Sie einen anderen.",
    ],
    "media-muted-talking": [
      "Sie sprechen, aber das Mikrofon ist stumm geschaltet.",
      "Heben Sie die Stummschaltung auf, um gehört zu werden.",
    ],
    "media-microphone-silent": [
      "Vom Mikrofon kommt kein Ton.",
      "Prüfen Sie, ob es eingeschaltet ist, oder verwenden Sie ein anderes.",
    ],
    "media-microphone-ended": [
      "Das Mikrofon wurde getrennt, oder seine Freigabe wurde zurückgezogen.",
      "Schließen Sie es wieder an oder wählen Sie ein anderes.",
    ],
    "media-microphone-replaced": [
      "Das Mikrofon wurde getrennt; ein anderes hat übernommen.",
      "Schließen Sie es wieder an oder wählen Sie ein anderes.",
    ],
    "media-speaker-replaced": [
      "Der Lautsprecher wurde getrennt; ein anderer hat übernommen.",
      "Schließen Sie ihn wieder an oder wählen Sie einen anderen.",
    ],
    "media-interrupted": [
      "Das System braucht den Ton für etwas anderes, etwa ein Telefonat.",
      "Beenden Sie das und schalten Sie dann den Ton ein.",
    ],
    "transport-main-thread": [
      "Der Anruf läuft ohne eigenen Hintergrundprozess.",
      "Er kann stocken, wenn die Seite beschäftigt ist.",
    ],
  },
  fixes: {
    "media-muted-talking": "Stummschaltung aufheben",
    "media-microphone-silent": "Anderes Mikrofon verwenden",
    "media-microphone-ended": "Erneut versuchen",
    "media-autoplay": "Ton einschalten",
    "media-interrupted": "Ton einschalten",
  },
};
