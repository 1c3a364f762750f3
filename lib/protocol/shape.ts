import { fail, isExact, isObject, isText, type JsonObject, jsonText } from "./json.ts";

/**
 * What a value on the wire looks like: parsed once on the way in, written in one order on the way out. Both directions
 * apply the same rules and throw `MalformedError` with the path.
 */
export interface Shape<T> {
  decode(value: unknown, path: string): T;
  /** JSON text; undefined where the field is to vanish. */
  encode(value: T, path: string): string | undefined;
}

/** A field that may be missing. */
export interface OptionalShape<T> extends Shape<T | undefined> {
  readonly optional: true;
}

/** The type of the values that a shape describes. */
export type Static<S> = S extends Shape<infer T> ? T : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type OptionalKey<F extends Fields> = { [K in keyof F]: F[K] extends OptionalShape<unknown> ? K : never }[keyof F];
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** The object type that `object(fields)` reads and writes. */
export type ObjectOf<F extends Fields> = Flat<
  { [K in Exclude<keyof F, OptionalKey<F>>]: Static<F[K]> } & {
    [K in OptionalKey<F>]?: Exclude<Static<F[K]>, undefined>;
  }
>;

function scalar<T>(expected: string, is: (value: unknown) => value is T): Shape<T> {
  const decode = (value: unknown, path: string): T => (is(value) ? value : fail(path, expected, value));
  return { decode, encode: (value, path) => JSON.stringify(decode(value, path)) };
}

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);

export const string = scalar("a string", isText);
export const nonEmpty = scalar("a non-empty string", (value): value is string => isText(value) && value !== "");
export const number = scalar("a number", isExact);
export const integer = scalar("an integer", isInteger);
export const count = scalar("an integer, 0 or more", (value): value is number => isInteger(value) && value >= 0);
export const nonZero = scalar("an integer other than 0", (value): value is number => isInteger(value) && value !== 0);

export const oneOf = <T extends string>(...values: readonly T[]): Shape<T> =>
  scalar(values.map((value) => `"${value}"`).join(" or "), (value): value is T => values.includes(value as T));

/** Any JSON value. Decoding checks it by writing it, and hands on the value itself. */
export const json: Shape<unknown> = {
  decode(value, path) {
    jsonText(value, path);
    return value;
  },
  encode: jsonText,
};

/** An open object, its keys written in lexical order. */
export const map: Shape<JsonObject> = {
  decode: (value, path) =>
    isObject(value) ? (json.decode(value, path) as JsonObject) : fail(path, "an object", value),
  encode: (value, path) => jsonText(map.decode(value, path), path),
};

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  const each = <R>(value: unknown, path: string, visit: (element: T, path: string) => R): R[] =>
    Array.isArray(value)
      ? value.map((element, index) => visit(element as T, `${path}[${index}]`))
      : fail(path, "an array", value);
  return {
    decode: (value, path) => each(value, path, item.decode),
    encode: (value, path) => `[${each(value, path, item.encode).join()}]`,
  };
}

/** Required, and sent as null where there is nothing. */
export const nullable = <T>(shape: Shape<T>): Shape<T | null> => ({
  decode: (value, path) => (value == null ? null : shape.decode(value, path)),
  encode: (value, path) => (value == null ? "null" : shape.encode(value, path)),
});

/** Vanishes where there is nothing. Null reads as nothing, except where null is a value (`json`). */
export const optional = <T>(shape: Shape<T>): OptionalShape<T> => ({
  optional: true,
  decode: (value, path) =>
    value === undefined || (value === null && (shape as unknown) !== json) ? undefined : shape.decode(value, path),
  encode: (value, path) => (value === undefined ? undefined : shape.encode(value, path)),
});

/** Reads null and nothing as `empty`: Go peers send an empty list or map as null. */
export const lenient = <T>(shape: Shape<T>, empty: T): Shape<T> => ({
  decode: (value, path) => shape.decode(value ?? empty, path),
  encode: (value, path) => shape.encode(value ?? empty, path),
});

/**
 * An object with these fields, written in this order; unknown fields are ignored. Where none is required, null and
 * nothing read as empty.
 */
export function object<F extends Fields>(
  fields: F,
  check?: (value: ObjectOf<F>, path: string) => void,
): Shape<ObjectOf<F>> {
  const entries = Object.entries(fields);
  const empty = entries.every(([, shape]) => "optional" in shape) ? {} : undefined;
  const source = (value: unknown, path: string): JsonObject => {
    const known = value ?? empty;
    return isObject(known) ? known : fail(path, "an object", value);
  };
  const decode = (value: unknown, path: string): ObjectOf<F> => {
    const from = source(value, path);
    const result: Record<string, unknown> = {};
    for (const [name, shape] of entries) {
      const field = shape.decode(from[name], `${path}.${name}`);
      if (field !== undefined) result[name] = field;
    }
    check?.(result as ObjectOf<F>, path);
    return result as ObjectOf<F>;
  };
  return {
    decode,
    encode(value, path) {
      const from = source(value, path);
      const members: string[] = [];
      for (const [name, shape] of entries) {
        const text = shape.encode(from[name], `${path}.${name}`);
        if (text !== undefined) members.push(`"${name}":${text}`);
      }
      check?.(value, path);
      return `{${members.join()}}`;
    },
  };
}
