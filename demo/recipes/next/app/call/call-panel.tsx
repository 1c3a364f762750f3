"use client";

import { useState } from "react";
import { VoiceCall } from "voicebridge/react";

/** Handlers need a client component. Without any, a server component may render `<VoiceCall>` itself. */
export function CallPanel({ src }: { readonly src: string }) {
  const [said, setSaid] = useState("");
  return (
    <>
      <VoiceCall src={src} label="Talk to us" onVoiceCaption={({ detail }) => setSaid(detail.caption.text)} />
      <p>{said}</p>
    </>
  );
}
