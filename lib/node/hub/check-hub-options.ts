import { checkOptions, either, OptionError, type Rule, rules } from "../check-options.ts";
import type { HubOptions } from "./hub-options.ts";

const { milliseconds, amount, callback, rate, text, texts } = rules;
const table = {
  port: rules.port,
  host: text,
  headersTimeoutMs: milliseconds,
  path: rules.path,
  authorize: callback,
  authorizeTimeoutMs: milliseconds,
  allowedOrigins: rules.origins,
  maxClientsPerAddress: amount,
  upgradeRate: rate,
  retryAfterSeconds: amount,
  pingIntervalMs: milliseconds,
  maxBacklogBytes: amount,
  ringTimeoutMs: milliseconds,
  graceMs: milliseconds,
  maxClients: amount,
  maxCallsPerClient: amount,
  messageRate: rate,
  callRate: rate,
  presenceIntervalMs: milliseconds,
  maxListed: amount,
  maxContacts: amount,
  presence: either({ what: "true or false", is: (value) => typeof value === "boolean" }, callback),
  route: callback,
} as const satisfies Partial<Record<keyof HubOptions, Rule>>;
const turnTable = { urls: texts, secret: text, ttlSeconds: amount } as const;

/** Throws `OptionError` for what cannot be meant, before anything is opened. */
export function checkHubOptions(options: HubOptions): void {
  checkOptions("createHub", options, table);
  const { turn, server, port } = options;
  if (turn) checkOptions("createHub: turn", turn, turnTable);
  if (server && port !== undefined) throw new OptionError("port", "Give a server or a port, not both.");
}
