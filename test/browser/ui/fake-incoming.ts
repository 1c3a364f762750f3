import type { IncomingEnd } from "../../../lib/call/client/incoming-call.ts";
import type { IncomingSource, IncomingView } from "../../../lib/ui/voice-incoming/incoming-view.ts";
import { FakeCall } from "./fake-call.ts";

/** A call that rings for as long as a test wants. */
export class FakeIncoming extends EventTarget implements IncomingView {
  readonly id: string;
  readonly from: { readonly id: string; readonly displayName?: string };
  readonly waiting: boolean;
  position: number | undefined;
  readonly answerBy: number;
  ended: IncomingEnd | undefined;
  /** What it was asked for, oldest first. */
  readonly asked: string[] = [];
  /** Makes `accept` fail. */
  refuse: Error | undefined;

  constructor({ name = "Alice", waiting = false, ringMs = 30_000, position = undefined as number | undefined } = {}) {
    super();
    this.id = `call of ${name}`;
    this.from = { id: name.toLowerCase(), displayName: name };
    this.waiting = waiting;
    this.position = position;
    this.answerBy = Date.now() + ringMs;
  }

  accept(): FakeCall {
    this.asked.push("accept");
    if (this.refuse) throw this.refuse;
    this.end("accepted", "accepted");
    return new FakeCall();
  }

  reject(code = "declined"): void {
    this.asked.push(`reject ${code}`);
    this.end("rejected", code);
  }

  end(outcome: IncomingEnd["outcome"], reason: string): void {
    if (this.ended) return;
    this.ended = { outcome, reason };
    this.dispatchEvent(new Event("ended"));
  }
}

/** Whose calls ring when a test says so. */
export class FakeTelephone extends EventTarget {
  incoming: FakeIncoming[] = [];

  ring(options?: ConstructorParameters<typeof FakeIncoming>[0]): FakeIncoming {
    const incoming = new FakeIncoming(options);
    this.incoming.push(incoming);
    this.dispatchEvent(Object.assign(new Event("incoming"), { incoming }));
    return incoming;
  }
}

/** Only the listener's event differs: a page adds it to the plain one. */
export const asSource = (telephone: FakeTelephone): IncomingSource => telephone as unknown as IncomingSource;
