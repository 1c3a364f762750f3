import { findCodec, findProfile } from "../protocol/index.ts";

/** An option that cannot be meant: a mistake in the calling code. The message says what the option has to be. */
export class OptionError extends TypeError {
  override readonly name = "OptionError";
  readonly code = "option";
  constructor(
    /** Its name. */
    readonly option: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What an option has to be, in words and as a test. */
export interface Rule {
  readonly what: string;
  readonly is: (value: unknown) => boolean;
}

/** The longest time a timer of Node knows; a longer one would be over at once. */
const maxTimerMs = 2 ** 31 - 1;

const isNumber = (value: unknown, min: number, max: number): boolean =>
  typeof value === "number" && value >= min && value <= max;
const isText = (value: unknown): value is string => typeof value === "string";
const isRate = (value: unknown): boolean => {
  const { perSecond, burst } = Object(value) as { readonly perSecond?: unknown; readonly burst?: unknown };
  return (
    isNumber(perSecond, Number.MIN_VALUE, Number.POSITIVE_INFINITY) && isNumber(burst, 1, Number.POSITIVE_INFINITY)
  );
};
const areOrigins = (value: unknown): boolean =>
  value === "same-host" ||
  value === "*" ||
  (Array.isArray(value) && value.every((entry) => isText(entry) || entry instanceof RegExp));
const list = (what: string, has: (entry: string) => boolean): Rule => ({
  what: `a list of ${what}`,
  is: (value) => Array.isArray(value) && value.every((entry) => isText(entry) && has(entry)),
});

/** Rules of options that several servers have. */
export const rules = {
  milliseconds: { what: `milliseconds, 0 to ${maxTimerMs}`, is: (value) => isNumber(value, 0, maxTimerMs) },
  /** Of what is cut to the longest time of a timer. */
  time: { what: "milliseconds, 0 or more", is: (value) => isNumber(value, 0, Number.POSITIVE_INFINITY) },
  amount: { what: "a number, 0 or more", is: (value) => isNumber(value, 0, Number.POSITIVE_INFINITY) },
  port: { what: "an integer, 0 to 65535", is: (value) => Number.isInteger(value) && isNumber(value, 0, 65_535) },
  callback: { what: "a function", is: (value) => typeof value === "function" },
  rate: { what: "{ perSecond, burst }, with perSecond > 0 and burst >= 1", is: isRate },
  origins: { what: '"same-host", "*", or a list of origins and patterns', is: areOrigins },
  path: { what: "a path that begins with /", is: (value) => isText(value) && value.startsWith("/") },
  text: { what: "a text that is not empty", is: (value) => isText(value) && value !== "" },
  profiles: {
    what: "a list of known profiles, one at least",
    is: (value) => Array.isArray(value) && value.length > 0 && value.every((token) => findProfile(token) !== undefined),
  },
  codecs: list('codecs such as "L16/16000/1"', (id) => findCodec(id) !== undefined),
  texts: list("texts", () => true),
} as const satisfies Readonly<Record<string, Rule>>;

/** One or the other. */
export const either = (...choices: readonly Rule[]): Rule => ({
  what: choices.map(({ what }) => what).join(", or "),
  is: (value) => choices.some(({ is }) => is(value)),
});

/** Throws `OptionError` for the first option that is there and breaks its rule. */
export function checkOptions<T extends object>(
  of: string,
  options: T,
  table: { readonly [K in keyof T]?: Rule },
): void {
  if (typeof options !== "object" || options === null) throw new OptionError("options", `${of} needs options.`);
  for (const [name, rule] of Object.entries(table) as [keyof T & string, Rule][]) {
    const value: unknown = options[name];
    if (value !== undefined && !rule.is(value)) throw new OptionError(name, `${of}: ${name} is ${rule.what}.`);
  }
}
