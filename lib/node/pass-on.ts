import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/** How many of our servers left an upgrade to others. */
const passes = new WeakMap<Duplex, number>();

/**
 * Leaves an upgrade on a shared server to whoever else listens. False where nobody is left: whoever is told so refuses it. An upgrade has no
 * listener for errors of its connection, and an error that nobody hears would end the process: from here there is one.
 */
export function passOn(http: Server, socket: Duplex): boolean {
  const passed = (passes.get(socket) ?? 0) + 1;
  passes.set(socket, passed);
  if (passed === 1) socket.on("error", () => void socket.destroy());
  return passed < http.listenerCount("upgrade");
}
