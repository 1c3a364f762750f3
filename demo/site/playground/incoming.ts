/** `<voice-incoming>` with somebody who rings at the push of a button, and nobody behind it. */
import { VoiceIncoming } from "voicebridge/elements/voice-incoming";

type Source = NonNullable<VoiceIncoming["client"]>;
type Incoming = Source["incoming"][number];

const ringMs = 30_000;

if (!customElements.get("voice-incoming")) customElements.define("voice-incoming", VoiceIncoming);

/** Rings until it is answered, in whatever way. */
class Ring extends EventTarget implements Incoming {
  readonly id = crypto.randomUUID();
  readonly from = { id: "alice", displayName: "Alice" };
  readonly waiting = false;
  readonly position = undefined;
  readonly answerBy = Date.now() + ringMs;
  readonly #timer = setTimeout(() => this.#end("missed", "timeout"), ringMs);
  #ended: Incoming["ended"];

  get ended(): Incoming["ended"] {
    return this.#ended;
  }

  accept(): never {
    this.#end("accepted", "accepted");
    throw new Error("Nobody is there: this is a playground. The phone page has people.");
  }

  reject(code = "declined"): void {
    this.#end("rejected", code);
  }

  #end(outcome: NonNullable<Incoming["ended"]>["outcome"], reason: string): void {
    clearTimeout(this.#timer);
    this.#ended ??= { outcome, reason };
    this.dispatchEvent(new Event("ended"));
  }
}

export function stageIncoming(stage: HTMLElement, shown: HTMLElement): void {
  const telephone = Object.assign(new EventTarget(), { incoming: [] as Ring[] });
  (shown as VoiceIncoming).client = telephone as unknown as Source;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Let it ring";
  button.addEventListener("click", () => {
    telephone.dispatchEvent(Object.assign(new Event("incoming"), { incoming: new Ring() }));
  });
  stage.append(button, shown);
}
