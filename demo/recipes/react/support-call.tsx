import { useRef, useState } from "react";
import type { CallEnd, CallState } from "voicebridge";
import { VoiceCall, VoiceLevel } from "voicebridge/react";

/** Attributes are properties, events are `onVoice…` handlers, and a ref is the element with its methods. */
export function SupportCall({ src, user }: { readonly src: string; readonly user: string }) {
  const call = useRef<HTMLElementTagNameMap["voice-call"]>(null);
  const [state, setState] = useState<CallState>("idle");
  const [end, setEnd] = useState<CallEnd>();
  return (
    <section>
      <VoiceCall
        ref={call}
        id="support"
        src={src}
        from={user}
        label="Support"
        noKeypad
        options={{ metadata: { page: "help" } }}
        onVoiceStatechange={({ detail }) => setState(detail.state)}
        onVoiceEnded={({ detail }) => setEnd(detail.end)}
      >
        <p slot="permission">We ask for your microphone, and record nothing.</p>
      </VoiceCall>
      {state === "active" && <VoiceLevel for="support" source="output" />}
      <button type="button" disabled={state !== "active"} onClick={() => call.current?.hangUp("done")}>
        I am done
      </button>
      <output>{end ? `Ended by ${end.by}: ${end.reason}` : state}</output>
    </section>
  );
}
