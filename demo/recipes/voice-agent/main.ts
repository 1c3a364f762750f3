import { Call, VoiceError } from "voicebridge";

const find = (id: string) => document.getElementById(id)!;
const [talk, state, transcript] = [find("talk"), find("state"), find("transcript")];
let call: Call | undefined;

talk.addEventListener("click", () => {
  if (call && !call.ended) void call.hangUp();
  else void begin();
});

async function begin(): Promise<void> {
  call = new Call({ src: "/rtvbp/talker", codecs: ["L16/16000", "L16/8000"] });
  call.addEventListener("statechange", ({ state: now }) => {
    state.textContent = now;
    talk.textContent = now === "active" ? "Hang up" : "Talk to the agent";
  });
  call.addEventListener("caption", ({ caption }) => show(String(caption.id), `${caption.speaker}: ${caption.text}`));
  // You spoke over the agent: what it had not said aloud yet was taken back.
  call.addEventListener("interrupted", ({ heardMs }) => {
    state.textContent = `interrupted after ${(heardMs / 1000).toFixed(1)} s`;
  });
  call.addEventListener("ended", ({ end }) => {
    state.textContent = end.error ? `${end.error.message} ${end.error.action}` : `ended by ${end.by}: ${end.reason}`;
  });
  transcript.replaceChildren();
  await call.start().catch((error: unknown) => {
    if (!(error instanceof VoiceError)) throw error; // its message is on the page already, by `ended`
  });
}

/** A caption grows until it is final: the same id, a longer text. */
function show(id: string, text: string): void {
  const known = [...transcript.children].find((line) => line.getAttribute("data-id") === id);
  const line = known ?? transcript.appendChild(document.createElement("li"));
  line.setAttribute("data-id", id);
  line.textContent = text;
}
