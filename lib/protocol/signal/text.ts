import { MalformedError } from "../errors.ts";
import { fail, isText } from "../json.ts";
import type { Shape } from "../shape.ts";

/** Characters of one message between a client and a hub; beyond this it is refused unread. */
export const maxSignalLength = 1 << 16;

/** Characters of an id, of a client or of a call. */
export const maxIdLength = 128;

/** Text of at most so many characters (UTF-16 code units). */
export function textUpTo(maxLength: number): Shape<string> {
  const decode = (value: unknown, path: string): string => {
    if (!isText(value)) return fail(path, "a string", value);
    if (value.length <= maxLength) return value;
    throw new MalformedError("protocol-size", path, `at most ${maxLength} characters`);
  };
  return { decode, encode: (value, path) => JSON.stringify(decode(value, path)) };
}

// Nothing that a log or an address cannot show: control and format characters, line breaks.
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What a client or a call is called: 1 to 128 printable characters, no space at either end. */
export const isClientId = (value: unknown): value is string =>
  isText(value) && value !== "" && value.length <= maxIdLength && value.trim() === value && !unprintable.test(value);

/** An id as a field. */
export const id: Shape<string> = {
  decode: (value, path) => (isClientId(value) ? value : fail(path, `1 to ${maxIdLength} printable characters`, value)),
  encode: (value, path) => JSON.stringify(id.decode(value, path)),
};
