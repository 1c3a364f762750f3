/** What stands in a trace in place of something that must not be there. */
export const removedMark = "[removed]";

/** Parts of the names of fields that hold credentials, or session descriptions (those carry keys and addresses). */
const secretWords =
  "token|secret|passw|authori[sz]ation|credential|cookie|api[-_]?key|private[-_]?key|signature|jwt|bearer|sdp";
const secretKey = new RegExp(`${secretWords}|^auth$`, "i");
const secretName = `(auth|[^"\\\\]{0,64}(?:${secretWords})[^"\\\\]{0,64})`;

/**
 * The same inside of any text: an address, a reason, an error message, JSON within JSON, JSON that is broken. Every pattern is linear: repetitions
 * before a point of failure are bounded, or begin at a boundary.
 */
const secretText: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`"${secretName}"(\\s{0,8}:\\s{0,8})"(?:[^"\\\\]|\\\\.)*"?`, "gi"), `"$1"$2"${removedMark}"`],
  [new RegExp(`(\\\\+")${secretName}\\1(\\s{0,8}:\\s{0,8})\\1[^"]*`, "gi"), `$1$2$1$3$1${removedMark}\\`],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, removedMark], // RFC 7519 compact form
  [/\b(bearer[\s.])\s*[\w\-.~+/]+=*/gi, `$1${removedMark}`], // RFC 6750, and the bearer subprotocol
  [
    /([?&;][\w-]{0,64}(?:token|key|secret|passw|auth|sig|credential|code)[\w-]{0,64}=)[^&\s#"'\\]+/gi,
    `$1${removedMark}`,
  ],
  [
    /\b((?:token|secret|password|passwd|api[-_]?key|credential)s?\s{0,3}[=:]\s{0,3})[^\s"'\\,;&]+/gi,
    `$1${removedMark}`,
  ],
  [/(\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${removedMark}@`], // RFC 3986 §3.2.1
  [/v=0(?:\r?\n|(?:\\+r)?\\+n)o=[^"]*/g, removedMark], // RFC 8866, as it is or within JSON
  [/\ba=(ice-pwd|ice-ufrag|fingerprint|crypto|candidate):[^\r\n"\\]*/g, `a=$1:${removedMark}`],
];

const scrub = (text: string): string =>
  secretText.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);

/** `JSON.parse` without credentials: a removed value becomes `removedMark`, null and truth values stay. */
function parseClean(text: string, onRemoved: () => void): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (value === null || typeof value === "boolean") return value;
    const clean = secretKey.test(key) ? removedMark : typeof value === "string" ? scrub(value) : value;
    if (clean !== value) onRemoved();
    return clean;
  });
}

/** A text without credentials and session descriptions: the same text where there were none. JSON stays JSON. */
export function redactText(text: string): string {
  try {
    let removed = false;
    const clean = parseClean(text, () => {
      removed = true;
    });
    return removed ? JSON.stringify(clean) : text;
  } catch {
    return scrub(text);
  }
}

/** The same for a value that goes into a trace as JSON. */
export function redactValue(value: unknown): unknown {
  try {
    return parseClean(JSON.stringify(value) ?? "null", () => undefined);
  } catch {
    return "[unwritable]";
  }
}
