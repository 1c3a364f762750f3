import type { Client } from "../../call/client/client.ts";
import type { IncomingCall } from "../../call/client/incoming-call.ts";
import type { CallView } from "../call-view.ts";

/** What `<voice-incoming>` needs of a call that rings. */
export interface IncomingView
  extends Pick<IncomingCall, "id" | "from" | "waiting" | "position" | "answerBy" | "ended" | "reject"> {
  accept(): CallView;
  addEventListener(type: "ended", listener: () => void, options?: AddEventListenerOptions): void;
}

/** Whose calls ring. */
export interface IncomingSource {
  readonly incoming: readonly IncomingView[];
  addEventListener(
    type: "incoming",
    listener: (event: Event & { readonly incoming: IncomingView }) => void,
    options?: AddEventListenerOptions,
  ): void;
}

/** A telephone is one. */
type IsSource<Source extends IncomingSource> = Source;
export type ClientSource = IsSource<Client>;

export const nameOf = ({ from }: IncomingView): string => from.displayName || from.id;
