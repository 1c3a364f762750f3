import type { PortRoute } from "../../audio/index.ts";

/**
 * `talk`: heard by everybody; `listen`: by nobody; `whisper`: by those it whispers to, and nobody else knows. Everybody hears those who talk, and
 * whoever whispers to them.
 */
export type ConferenceRole = "talk" | "listen" | "whisper";

/** What decides who hears a participant. */
export interface Seated {
  readonly port: number;
  readonly role: ConferenceRole;
  /** Ports it whispers to, where its role is `whisper`. */
  readonly whisperTo: readonly number[];
  readonly muted: boolean;
  /** Of what it says, 0 to 8. */
  readonly gain: number;
}

/** How each of them is mixed, by port. Pure. */
export function routesOf(seated: readonly Seated[]): ReadonlyMap<number, PortRoute> {
  const routes = new Map<number, PortRoute>();
  for (const { port, role, muted, gain } of seated) {
    let hears = 0;
    for (const other of seated) {
      const heard = other.role === "talk" || (other.role === "whisper" && other.whisperTo.includes(port));
      if (other.port !== port && heard) hears |= 1 << other.port;
    }
    routes.set(port, { gain: muted || role === "listen" ? 0 : gain, hears });
  }
  return routes;
}
