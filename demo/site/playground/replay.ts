/** `<voice-replay>` with the record of the call beside it, at the push of a button, as far as it is. */
import type { VoiceCall } from "voicebridge/elements";
import { VoiceReplay } from "voicebridge/elements/voice-replay";

if (!customElements.get("voice-replay")) customElements.define("voice-replay", VoiceReplay);

export function stageReplay(box: HTMLElement, shown: HTMLElement, call: VoiceCall): void {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Show the call below, as far as it is";
  button.disabled = true;
  call.addEventListener("voice-statechange", () => {
    button.disabled = !call.call?.hasFlightRecord;
  });
  button.addEventListener("click", async () => {
    const file = await call.call?.flightRecord();
    if (file) await (shown as VoiceReplay).open(file);
  });
  box.prepend(button);
}
