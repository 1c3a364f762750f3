import type { Params } from "../../../lib/protocol/index.ts";
import { Session } from "../../../lib/session/index.ts";
import {
  type Connect,
  createMemoryTransportPair,
  type MemoryTransport,
  TransportError,
} from "../../../lib/transport/index.ts";

/** One connection to the application. */
export interface Visit {
  readonly session: Session;
  readonly far: MemoryTransport;
  readonly frames: Uint8Array[];
  /** What the call introduced itself with. */
  introduced: Params<"session.initialize"> | undefined;
}

/** An application that can be dialled again and again, over memory, and that can die and come back. */
export class Application {
  readonly visits: Visit[] = [];
  /** When it was dialled, whether it answered or not. */
  readonly dialled: number[] = [];
  up = true;
  /** What stands between it and who dials: it may wait, or throw. */
  obstacle: (signal: AbortSignal) => unknown = () => undefined;
  /** Called with each visit before it is answered. */
  onVisit: (visit: Visit) => void = () => undefined;

  readonly connect: Connect = async (signal) => {
    this.dialled.push(Date.now());
    await this.obstacle(signal);
    if (!this.up) throw new TransportError("transport-unreachable", "Nobody is there.", false);
    if (signal.aborted) throw new TransportError("transport-aborted", "Given up.", false);
    const [near, far] = createMemoryTransportPair();
    const frames: Uint8Array[] = [];
    const session = new Session({
      role: "application",
      transport: far,
      onFrame: (frame) => frames.push(frame),
      onInitialize: (params) => {
        visit.introduced = params;
        return params.audio_codec_offerings[0] ?? null;
      },
    });
    const visit: Visit = { session, far, frames, introduced: undefined };
    this.visits.push(visit);
    this.onVisit(visit);
    void session.start();
    return near;
  };

  get last(): Visit {
    const visit = this.visits.at(-1);
    if (!visit) throw new Error("Nobody has called.");
    return visit;
  }

  /** As if the process was killed. */
  die(): void {
    this.up = false;
    for (const { far } of this.visits) far.sever();
  }

  /** As if the process was stopped: what it is told piles up, and it says nothing. */
  freeze(): void {
    for (const { far } of this.visits) {
      far.sendText = () => undefined;
      far.sendFrame = () => true;
    }
  }
}
