/** Where a server says what happens: an own object, or a pino or console logger behind two lines. Fields never hold credentials or SDP. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const ignore = (): void => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** One line of JSON an entry, from `level` on. */
export function jsonLogger(level: keyof Logger = "info", write = (line: string): void => console.log(line)): Logger {
  const levels = ["debug", "info", "warn", "error"] as const;
  const at =
    (name: keyof Logger) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      if (levels.indexOf(name) < levels.indexOf(level)) return;
      write(JSON.stringify({ time: new Date().toISOString(), level: name, message, ...fields }));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What of an error may be logged. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const { code } = error as { readonly code?: unknown };
  return { error: error.message, ...(typeof code === "string" && { code }) };
}
