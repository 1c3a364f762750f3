import { type CallHandler, type Decision, pass, reject } from "./handler.ts";

/** English, three letters. */
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** From and to, as `"09:00"`; to `"24:00"`. A range that ends before it begins goes on past midnight. */
export type OpenRange = readonly [from: string, to: string];

/** Of `businessHours`: when somebody is there, and what happens to calls when nobody is. */
export interface BusinessHoursOptions {
  /** IANA name, such as `Europe/Berlin`. Default: the page's own. */
  readonly timeZone?: string;
  readonly hours: Partial<Readonly<Record<Weekday, readonly OpenRange[]>>>;
  /** `YYYY-MM-DD` in that time zone, one or several: closed all day. */
  readonly closedOn?: string | Iterable<string>;
  /** What happens outside of them. Default: rejected as `unavailable`. */
  readonly closed?: Decision | CallHandler;
  /** Replaced in tests: epoch milliseconds. */
  readonly now?: () => number;
}

const weekdays: readonly Weekday[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const dayMinutes = 24 * 60;

/** Lets calls pass while somebody is there. Throws `RangeError` for a day, a time or a time zone that is none, when it is made. */
export function businessHours(options: BusinessHoursOptions): CallHandler {
  const { timeZone, hours, closedOn = [], closed = reject("unavailable", "closed"), now = Date.now } = options;
  const closedDays = new Set(typeof closedOn === "string" ? [closedOn] : closedOn);
  for (const day of closedDays) if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new RangeError(`"${day}" is no YYYY-MM-DD.`);
  const open = new Map(
    Object.entries(hours).map(([day, ranges]) => [
      dayOf(day),
      ranges.map(([from, to]) => [minutesOf(from), minutesOf(to)] as const),
    ]),
  );
  const clock = new Intl.DateTimeFormat("en-CA", {
    ...(timeZone !== undefined && { timeZone }),
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const isOpen = (): boolean => {
    const parts = Object.fromEntries(clock.formatToParts(now()).map(({ type, value }) => [type, value]));
    const { year, month, day, hour, minute } = parts;
    const noon = Date.UTC(Number(year), Number(month) - 1, Number(day), 12);
    const at = Number(hour) * 60 + Number(minute);
    const opens = (daysAgo: number, from: number, to: number): boolean => {
      const date = new Date(noon - daysAgo * dayMinutes * 60_000);
      if (closedDays.has(date.toISOString().slice(0, 10))) return false;
      const ranges = open.get(weekdays[date.getUTCDay()] ?? "sun") ?? [];
      return ranges.some(([begin, end]) => {
        const until = end > begin ? end : end + dayMinutes;
        return begin <= from && to < until;
      });
    };
    return opens(0, at, at) || opens(1, at + dayMinutes, at + dayMinutes);
  };
  return (call, context) => {
    if (isOpen()) return pass;
    return typeof closed === "function" ? closed(call, context) : closed;
  };
}

function dayOf(name: string): Weekday {
  const day = weekdays.find((known) => known === name);
  if (!day) throw new RangeError(`"${name}" is no day: one of ${weekdays.join(", ")}.`);
  return day;
}

function minutesOf(time: string): number {
  const [, hours = "", minutes = ""] = /^(\d{1,2}):(\d{2})$/.exec(time) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  if (hours === "" || Number(minutes) > 59 || total > dayMinutes)
    throw new RangeError(`"${time}" is no time of a day.`);
  return total;
}
