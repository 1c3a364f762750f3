import type { VoiceSession } from "./voice-session.ts";

/** Answers one call: a plain async function. Returning leaves the call on; throwing ends it. */
export type Agent = (call: VoiceSession) => unknown;

/** Runs around an agent. What it throws, before or after `next`, ends the call as if the agent had thrown it. */
export type AgentMiddleware = (call: VoiceSession, next: () => Promise<unknown>) => unknown;

/** An agent with others around it; the first of them is the outermost. */
export function withMiddleware(agent: Agent, ...middleware: readonly AgentMiddleware[]): Agent {
  return (call) => {
    const step = async (index: number): Promise<unknown> => {
      const around = middleware[index];
      return around ? around(call, () => step(index + 1)) : agent(call);
    };
    return step(0);
  };
}

/** Hangs up when the call has lasted too long. */
export function limitDuration(maxMs: number, reason = "time is up"): AgentMiddleware {
  return (call, next) => {
    const cancel = call.clock.after(maxMs, () => void call.hangUp(reason));
    void call.ended.then(cancel);
    return next();
  };
}
