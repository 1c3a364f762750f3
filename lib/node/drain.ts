import type { Clock } from "../session/index.ts";
import type { Transport } from "../transport/transport.ts";
import type { DrainOptions } from "./voice-server-options.ts";
import type { VoiceSession } from "./voice-session.ts";

/**
 * WebSocket close code 1012, "service restart" (IANA registry of RFC 6455 §11.7). It tells a voice side: nothing is wrong with the call; dial
 * again, through the same address, and introduce the same `call.id` with `metadata.resumed_from`.
 */
export const serviceRestart = { code: 1012, reason: "service restart" } as const;

export interface DrainHost {
  readonly clock: Clock;
  /** Calls that are on, and their transports. Shrinks as they end. */
  readonly sessions: ReadonlyMap<VoiceSession, Transport>;
  /** Settles when no call is on. */
  readonly empty: Promise<void>;
}

/**
 * Lets calls end by themselves for a while, then sends them away one after the other, evenly over half of the time that is left, so that those who
 * answer next are not hit by all at once; cuts those that are left at the deadline. Resolves when none is left.
 */
export async function drainSessions({ clock, sessions, empty }: DrainHost, options: DrainOptions): Promise<void> {
  const { deadlineMs = 10_000, graceMs = deadlineMs / 2 } = options;
  const timers: (() => void)[] = [];
  const spreadMs = Math.max(0, deadlineMs - graceMs) / 2;
  for (const call of sessions.keys()) call.announceDraining({ graceMs });
  timers.push(
    clock.after(Math.min(graceMs, deadlineMs), () => {
      const leaving = [...sessions];
      leaving.forEach(([, transport], index) => {
        const delayMs = (spreadMs * index) / leaving.length;
        timers.push(clock.after(delayMs, () => void transport.close(serviceRestart.code, serviceRestart.reason)));
      });
    }),
    clock.after(deadlineMs, () => {
      for (const transport of sessions.values()) transport.abandon(serviceRestart.reason);
    }),
  );
  await empty;
  for (const cancel of timers) cancel();
}
