/** Runs in the page: the elements, and calls that the tests move by hand. */
import { AudioError } from "../../../lib/audio/index.ts";
import { VoiceError } from "../../../lib/call/voice-error.ts";
import type { CallView } from "../../../lib/ui/define.ts";
import { registerMessages } from "../../../lib/ui/define.ts";
import { VoiceIncoming } from "../../../lib/ui/voice-incoming/voice-incoming.ts";
import { VoicePipButton } from "../../../lib/ui/voice-pip-button/voice-pip-button.ts";
import { VoiceReplay } from "../../../lib/ui/voice-replay/voice-replay.ts";
import { FakeCall } from "./fake-call.ts";
import { asSource, FakeTelephone } from "./fake-incoming.ts";
import "./fixture-types.ts";

customElements.define("voice-incoming", VoiceIncoming);
customElements.define("voice-pip-button", VoicePipButton);
customElements.define("voice-replay", VoiceReplay);

window.ui = {
  FakeCall,
  AudioError,
  VoiceError,
  registerMessages,
  call: new FakeCall(),
  telephone: new FakeTelephone(),
  made: [],
  events: [],
};

const types = [
  ...["call-request", "hangup-request", "mute-request", "dtmf-request", "statechange", "mutechange", "caption"],
  ...[
    "toolcall",
    "dtmf",
    "interrupted",
    "speech",
    "variables",
    "recording-request",
    "microphone-request",
    "speaker-request",
    "processing-request",
    "record-request",
    "recorded",
    "recording",
    "warning",
    "warningclear",
    "ended",
    "error",
    "incoming",
    "accept-request",
    "reject-request",
    "accepted",
    "incomingend",
    "replayed",
    "flight-record-request",
    "pip-request",
  ],
];
for (const type of types) {
  document.addEventListener(`voice-${type}`, (event) => {
    window.ui.events.push({ type: event.type, detail: (event as CustomEvent<unknown>).detail });
  });
}

for (const element of document.querySelectorAll("voice-call")) {
  element.createCall = () => {
    const call = new FakeCall();
    window.ui.made.push(call);
    window.ui.call = call;
    return call as CallView;
  };
}

for (const element of document.querySelectorAll("voice-incoming")) element.client = asSource(window.ui.telephone);
