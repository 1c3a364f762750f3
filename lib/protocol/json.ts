import { MalformedError, type ProtocolErrorCode } from "./errors.ts";

/** An open object: whatever JSON the two sides agree on. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Levels of arrays and objects an open value may have. */
export const maxDepth = 64;

// In Unicode mode a pair is one character, so this matches halves only.
const loneSurrogate = /\p{Surrogate}/u;

export const isText = (value: unknown): value is string => typeof value === "string" && !loneSurrogate.test(value);

/** Finite, and within ±(2⁵³ − 1), where doubles count exactly. */
export const isExact = (value: unknown): value is number =>
  typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;

/** A JSON object, or one that serializes as such: no array, Date, Map, typed array … */
export const isObject = (value: unknown): value is JsonObject =>
  Object.prototype.toString.call(value) === "[object Object]";

/** Throws the error for a value that is not what was expected. */
export function fail(path: string, expected: string, value: unknown): never {
  let code: ProtocolErrorCode = "protocol-field";
  let found = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (value === undefined) found = "nothing";
  else if (typeof value === "number" && !isExact(value)) code = "protocol-number";
  else if (typeof value === "string" && !isText(value)) {
    code = "protocol-text";
    found = "a lone surrogate";
  }
  throw new MalformedError(code, path, expected, found);
}

/** By code point, which is the byte order of UTF-8: UTF-16 order differs where a surrogate meets U+E000 … U+FFFF. */
function lexical(a: string, b: string): number {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

/**
 * The one spelling of an open value: no spaces, keys in lexical order, undefined members left out. Throws
 * `MalformedError` for what JSON or the peer could not hold (inexact numbers, lone surrogates, functions, deep or
 * circular structures).
 */
export function jsonText(value: unknown, path: string, depth = 0): string {
  if (value === null || typeof value === "boolean" || isExact(value) || isText(value)) return JSON.stringify(value);
  if (depth >= maxDepth) throw new MalformedError("protocol-depth", path, `at most ${maxDepth} levels`);
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => jsonText(item, `${path}[${index}]`, depth + 1)).join()}]`;
  }
  if (!isObject(value)) return fail(path, "JSON", value);
  const members: string[] = [];
  for (const key of Object.keys(value).sort(lexical)) {
    if (!isText(key)) fail(path, "well-formed keys", key);
    if (value[key] !== undefined)
      members.push(`${JSON.stringify(key)}:${jsonText(value[key], `${path}.${key}`, depth + 1)}`);
  }
  return `{${members.join()}}`;
}
