/** Ids: an exact one, one with `*` for any characters, or a regular expression. */
export type IdPattern = string | RegExp;

export function matches(pattern: IdPattern, id: string): boolean {
  if (typeof pattern !== "string") {
    pattern.lastIndex = 0; // of a global or sticky one
    return pattern.test(id);
  }
  // Piece after piece: no expression that somebody could make slow.
  const pieces = pattern.split("*");
  const [first = "", ...rest] = pieces;
  if (rest.length === 0) return id === pattern;
  const last = rest.pop() ?? "";
  if (!id.startsWith(first) || id.length < first.length + last.length || !id.endsWith(last)) return false;
  const end = id.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = id.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
