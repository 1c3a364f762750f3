/** What a held caller hears: nothing, or a sound that is played over and over. */
export type HoldSound = "silence" | AudioBuffer;

/**
 * Fetches a sound for callers on hold (any format the browser decodes; `connect-src`), once for many calls. Rejects as `fetch` and
 * `decodeAudioData` do, and with an Error for an HTTP status.
 */
export async function loadHoldSound(url: string | URL): Promise<AudioBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The hold music ${url} could not be loaded: HTTP status ${response.status}.`);
  const decoder = new OfflineAudioContext({ length: 1, sampleRate: 48_000 });
  return decoder.decodeAudioData(await response.arrayBuffer());
}
