/** Path of a program the tests need, or undefined. `chromium` also honours CHROMIUM_PATH. */
export function findProgram(name: string): string | undefined;
/** Installs what is missing where it may; throws with what to type where it may not. */
export function ensureTools(names: readonly string[]): void;
export function findHeadlessChromium(): string | undefined;
/** Installs what tests can do without, where it may and where a step takes no longer than this (default 60,000). Says whether it is there. */
export function wantTool(name: string, timeoutMs?: number): boolean;
