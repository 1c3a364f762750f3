import type { CallEventMap } from "../../call/call-events.ts";
import type { CallEventType } from "../call-view.ts";
import type { DetailOf, VoiceNotificationMap } from "../events.ts";

/** Events of the call that `<voice-call>` dispatches again as `voice-*`. Levels and quality come too often for that. */
type Forwarded = Exclude<keyof CallEventMap, "level" | "quality" | "recording" | "recordingrequest" | "variables"> &
  CallEventType;

const details: { readonly [Type in Forwarded]: (event: CallEventMap[Type]) => DetailOf<`voice-${Type}`> } = {
  statechange: ({ state, previous }) => ({ state, previous }),
  mutechange: ({ muted }) => ({ muted }),
  caption: ({ caption }) => ({ caption }),
  toolcall: ({ tool }) => ({ tool }),
  speech: ({ origin }) => ({ origin }),
  dtmf: ({ digit }) => ({ digit }),
  interrupted: ({ removedBytes, heardMs }) => ({ removedBytes, heardMs }),
  warning: ({ warning }) => ({ warning }),
  warningclear: ({ code }) => ({ code }),
  ended: ({ end }) => ({ end }),
};

export const forwardedEvents = Object.keys(details) as readonly Forwarded[];

/** The `voice-*` event for an event of the call. */
export function forward(event: Event): CustomEvent<DetailOf<keyof VoiceNotificationMap>> | undefined {
  const detailOf = details[event.type as Forwarded] as
    | ((event: Event) => DetailOf<keyof VoiceNotificationMap>)
    | undefined;
  if (detailOf === undefined) return undefined;
  return new CustomEvent(`voice-${event.type}`, { detail: detailOf(event), bubbles: true, composed: true });
}
