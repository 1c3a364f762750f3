/** Which codec comes first: Opus, or the 64 kbit/s of telephone networks (RFC 3551 PCMU). */
export type PeerCodec = "opus" | "pcmu";

/** What browsers can receive, the preferred first; the rest, such as keys by RFC 4733, stays as it is. Empty where nothing is known. */
export function preferCodec<T extends { readonly mimeType: string }>(known: readonly T[], first: PeerCodec): T[] {
  const preferred = (codec: T): boolean => codec.mimeType.toLowerCase() === `audio/${first}`;
  return [...known.filter(preferred), ...known.filter((codec) => !preferred(codec))];
}
