import type { CallView } from "../call-view.ts";

/** What became of a call that rang. */
export interface IncomingEndView {
  readonly outcome: "accepted" | "rejected" | "forwarded" | "missed";
  readonly reason: string;
}

/** What `<voice-incoming>` needs of a call that rings; an `IncomingCall` is one. */
export interface IncomingView {
  readonly id: string;
  readonly from: { readonly id: string; readonly displayName?: string };
  /** Another call is on. */
  readonly waiting: boolean;
  /** It waits in a queue, and does not ring yet. */
  readonly position: number | undefined;
  /** When it gives up by itself, epoch milliseconds. */
  readonly answerBy: number;
  readonly ended: IncomingEndView | undefined;
  accept(): CallView;
  reject(code?: string, reason?: string): void;
  addEventListener(type: "ended", listener: () => void, options?: AddEventListenerOptions): void;
}

/** Whose calls ring; a `Client` is one. */
export interface IncomingSource {
  /** Calls that ring already. */
  readonly incoming: readonly IncomingView[];
  addEventListener(
    type: "incoming",
    listener: (event: Event & { readonly incoming: IncomingView }) => void,
    options?: AddEventListenerOptions,
  ): void;
}

export const nameOf = ({ from }: IncomingView): string => from.displayName || from.id;
