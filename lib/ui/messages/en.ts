import type { Messages } from "./messages.ts";

export const en: Messages = {
  title: "Voice call",
  startCall: "Start call",
  callAgain: "Call again",
  tryAgain: "Try again",
  resolve: "Fix this",
  hangUp: "Hang up",
  mute: "Mute",
  keypad: "Keypad",
  captions: "Captions",
  controls: "Call controls",
  star: "Star",
  hash: "Hash",
  caller: "You",
  agent: "Agent",
  inputLevel: "Your level",
  outputLevel: "Agent's level",
  sound: "Sound",
  silence: "Silence",
  noCaptions: "What is said will appear here.",
  duration: "Duration of the call",

  permissionPrompt:
    "Your browser will ask whether this page may use the microphone. You are heard only while the call lasts.",
  permissionWaiting: "Please allow the microphone in the question your browser is showing.",
  permissionDenied:
    "The microphone is blocked for this page. Allow it in the site settings beside the address bar, then start the call.",

  stageMicrophone: "Microphone",
  stageConnection: "Connection",
  stageTalk: "Conversation",
  stageDone: "done",

  idle: "Ready",
  initiating: "Starting…",
  ringing: "Ringing…",
  connecting: "Connecting…",
  active: "Connected",
  held: "On hold",
  reconnecting: "Reconnecting…",
  transferring: "Transferring…",
  queued: "Waiting in the queue…",
  terminating: "Ending the call…",
  terminated: "Call ended",
  failed: "Call failed",
  cancelled: "Call cancelled",

  endedLocal: "You ended the call.",
  endedRemote: "The other side ended the call.",
  endedNetwork: "The connection was lost.",
  endedError: "The call could not go on.",
  reason: "Reason: {reason}",

  problems: {},
};
