import type { Browser } from "playwright";
import type { Host } from "./host.ts";
import type { PathName } from "./paths.ts";
import type { Spread } from "./statistics.ts";

export interface Setting {
  readonly browser: Browser;
  readonly host: Host;
  readonly quick: boolean;
  readonly calls: number;
  /** For a person who waits. */
  progress(text: string): void;
}

export interface Goal {
  readonly text: string;
  readonly met: boolean;
}

/** What one row found. */
export interface RowResult {
  readonly title: string;
  /** For the table, by the way of calling. */
  readonly cells: Readonly<Partial<Record<PathName, string>>>;
  /** For programs, by name (`delayMs`, `mainThreadDelayMs`, `webrtcDelayMs`, …); the median where there is a spread. */
  readonly figures: Readonly<Record<string, number | readonly number[] | boolean>>;
  readonly spreads?: Readonly<Record<string, Spread>>;
  readonly goals: readonly Goal[];
}

/** `delayMs` of our way, `mainThreadDelayMs` of the next one, and so on. */
export const figureName = (path: PathName, name: string): string =>
  path === "ours" ? name : `${path}${name[0]!.toUpperCase()}${name.slice(1)}`;

export const atMost = (name: string, value: number, limit: number, unit = "", digits = 1): Goal => ({
  text: `${name} ${value.toFixed(digits)}${unit} ≤ ${limit.toFixed(digits)}${unit}`,
  met: value <= limit,
});

export const exactly = (name: string, value: number, wanted: number): Goal => ({
  text: `${name} ${value} = ${wanted}`,
  met: value === wanted,
});

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
