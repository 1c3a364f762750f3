import { checkOptions, either, OptionError, type Rule, rules } from "./check-options.ts";
import type { VoiceServerOptions } from "./voice-server-options.ts";

const { milliseconds, amount, callback, rate, profiles, codecs } = rules;
const limit = {
  what: "limits, each a number, 0 or more",
  is: (value: unknown) => Object.values(Object(value)).every(amount.is),
};
const table = {
  onCall: callback,
  port: rules.port,
  host: rules.text,
  headersTimeoutMs: milliseconds,
  path: either(rules.path, callback),
  authorize: callback,
  authorizeTimeoutMs: milliseconds,
  allowedOrigins: rules.origins,
  profiles,
  codecs,
  limits: limit,
  maxSessions: amount,
  maxSessionsPerAddress: amount,
  upgradeRate: rate,
  messageRate: rate,
  retryAfterSeconds: amount,
  pingIntervalMs: milliseconds,
  maxUnansweredPings: amount,
  maxBacklogBytes: amount,
  idleTimeoutMs: milliseconds,
  requestTimeoutMs: milliseconds,
  initializeTimeoutMs: milliseconds,
  maxMalformed: amount,
  maxQueuedFrames: amount,
  trace: callback,
} as const satisfies Partial<Record<keyof VoiceServerOptions, Rule>>;

/** Throws `OptionError` for what cannot be meant, before anything is opened. */
export function checkVoiceServerOptions(options: VoiceServerOptions): void {
  checkOptions("createVoiceServer", options, table);
  const { onCall, server, port } = options;
  if (!onCall)
    throw new OptionError("onCall", "createVoiceServer: onCall is missing, the function that answers calls.");
  if (server && port !== undefined) throw new OptionError("port", "Give a server or a port, not both.");
}
