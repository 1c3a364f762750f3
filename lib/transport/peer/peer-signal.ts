/** What two browsers tell each other to find a way for sound. Descriptions carry network addresses and keys: no error and no log quotes them. */
export type PeerSignal =
  | { readonly type: "offer" | "answer"; readonly sdp: string }
  /** Null: there are no more of them. */
  | { readonly type: "candidate"; readonly candidate: RTCIceCandidateInit | null };
