import type { CallEventMap } from "../../call/call-events.ts";
import type { CallEventType } from "../call-view.ts";
import { type DetailOf, voiceEvent } from "../events.ts";

/** Events of the call that `<voice-call>` dispatches again as `voice-*`. Levels and quality come too often for that; the rest is of calls with people. */
type Forwarded = Exclude<CallEventType, "level" | "quality" | "bridgechange" | "press" | "track" | "partychange">;

type TypeOf<Type extends Forwarded> = Type extends "recordingrequest" ? "voice-recording-request" : `voice-${Type}`;

const details: { readonly [Type in Forwarded]: (event: CallEventMap[Type]) => DetailOf<TypeOf<Type>> } = {
  statechange: ({ state, previous }) => ({ state, previous }),
  mutechange: ({ muted }) => ({ muted }),
  caption: ({ caption }) => ({ caption }),
  toolcall: ({ tool }) => ({ tool }),
  speech: ({ origin }) => ({ origin }),
  dtmf: ({ digit }) => ({ digit }),
  interrupted: ({ removedBytes, heardMs }) => ({ removedBytes, heardMs }),
  variables: ({ changed }) => ({ changed }),
  recordingrequest: ({ tags }) => ({ tags }),
  recording: ({ id, tags, blob }) => (blob === undefined ? { id, tags } : { id, tags, blob }),
  warning: ({ warning }) => ({ warning }),
  warningclear: ({ code }) => ({ code }),
  ended: ({ end }) => ({ end }),
};

export const forwardedEvents = Object.keys(details) as readonly Forwarded[];

/** Dispatches the `voice-*` event for an event of the call; where that one is prevented, so is the call's. */
export function forward(event: Event, host: EventTarget): void {
  const detailOf = details[event.type as Forwarded] as ((event: Event) => unknown) | undefined;
  if (detailOf === undefined) return;
  const type = event.type === "recordingrequest" ? "voice-recording-request" : `voice-${event.type}`;
  const { cancelable } = event;
  if (!host.dispatchEvent(voiceEvent(type, detailOf(event), { cancelable }))) event.preventDefault();
}
