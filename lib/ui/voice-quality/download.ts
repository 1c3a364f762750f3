/** Long enough for the slowest browser to have begun reading. */
const KEPT_MS = 60_000;

/** Saves a blob as a file, as a link would that a person clicks. */
export function download(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}

/** By the time of day here, without characters that file systems refuse. */
export function flightName(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  return `call-${local.replaceAll(":", "-")}.jsonl`;
}
