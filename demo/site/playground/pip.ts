/** `<voice-pip-button>` is registered by the pages that want it. */
import { VoicePipButton } from "voicebridge/elements/voice-pip-button";

if (!customElements.get("voice-pip-button")) customElements.define("voice-pip-button", VoicePipButton);
