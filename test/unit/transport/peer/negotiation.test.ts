import { expect, test } from "vitest";
import { preferCodec } from "../../../../lib/transport/peer/codec-preference.ts";
import { type NegotiablePeer, Negotiation } from "../../../../lib/transport/peer/negotiation.ts";
import type { PeerSignal } from "../../../../lib/transport/peer/peer-signal.ts";

type Description = { readonly type: "offer" | "answer"; readonly sdp: string };

/**
 * Signalling states as W3C WebRTC §4.3.1 has them, with rollback by a remote offer; one operation after the other (§4.4.1.2), each of which takes a
 * turn of the event loop.
 */
class FakePeer {
  signalingState: RTCSignalingState = "stable";
  connectionState: RTCPeerConnectionState = "new";
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  readonly candidates: (string | undefined)[] = [];
  #count = 0;
  #operations: Promise<void> = Promise.resolve();
  #waiting = 0;
  constructor(readonly name: string) {}

  /** A browser says `negotiationneeded` only now. */
  get asks(): boolean {
    return this.signalingState === "stable" && this.#waiting === 0;
  }

  setLocalDescription(): Promise<void> {
    return this.#chain(() => this.#setLocal());
  }

  setRemoteDescription(description: Description): Promise<void> {
    return this.#chain(() => this.#setRemote(description));
  }

  #chain(operation: () => void): Promise<void> {
    this.#waiting++;
    const done = this.#operations.then(turn).then(operation);
    this.#operations = done.then(
      () => void this.#waiting--,
      () => void this.#waiting--,
    );
    return done;
  }

  #setLocal(): void {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    const to = type === "answer" ? this.remoteDescription?.sdp : "";
    this.localDescription = { type, sdp: `${this.name}${++this.#count}${to ? `>${to}` : ""}` };
    this.signalingState = type === "answer" ? "stable" : "have-local-offer";
  }

  #setRemote(description: Description): void {
    const { type, sdp } = description;
    if (type === "answer") {
      if (this.signalingState !== "have-local-offer") throw new Error(`answer in ${this.signalingState}`);
      if (!sdp.endsWith(`>${this.localDescription?.sdp}`)) throw new Error("an answer to another offer");
    }
    this.remoteDescription = description;
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
  }

  async addIceCandidate(candidate?: RTCIceCandidateInit): Promise<void> {
    if (!this.remoteDescription) throw new Error("no description");
    this.candidates.push(candidate?.candidate);
  }
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 40; turns++) await turn();
};

/** Two sides with a wire between them that takes a turn. */
function pair() {
  const wire: string[] = [];
  const make = (name: string, polite: boolean, other: () => Negotiation) => {
    const peer = new FakePeer(name);
    const offered: string[] = [];
    const negotiation: Negotiation = new Negotiation(peer as unknown as NegotiablePeer, {
      polite,
      offered: () => void offered.push(name),
      send: (signal) => {
        wire.push(`${name} ${signal.type}`);
        void turn().then(() => other().receive(signal));
      },
    });
    return { peer, negotiation, offered };
  };
  const caller: ReturnType<typeof make> = make("c", false, () => callee.negotiation);
  const callee: ReturnType<typeof make> = make("p", true, () => caller.negotiation);
  return { caller, callee, wire };
}

test("an offer is answered once, and the answering side is asked what it sends before it answers", async () => {
  const { caller, callee, wire } = pair();
  await caller.negotiation.offer();
  await settle();
  expect(wire).toEqual(["c offer", "p answer"]);
  expect([caller.offered, callee.offered]).toEqual([[], ["p"]]);
  expect([caller.peer.signalingState, callee.peer.signalingState]).toEqual(["stable", "stable"]);
});

test("when both offer at once the polite side takes its offer back, and both end up with the same exchange", async () => {
  const { caller, callee, wire } = pair();
  await Promise.all([caller.negotiation.offer(), callee.negotiation.offer()]);
  await settle();
  expect([caller.peer.signalingState, callee.peer.signalingState]).toEqual(["stable", "stable"]);
  expect(caller.peer.remoteDescription?.sdp).toBe(callee.peer.localDescription?.sdp);
  expect(callee.peer.remoteDescription?.sdp).toBe(caller.peer.localDescription?.sdp);
  expect(wire.filter((what) => what === "c answer")).toEqual([]);
  // And the other way round, later.
  await callee.negotiation.offer();
  await settle();
  expect(wire.slice(-2)).toEqual(["p offer", "c answer"]);
});

test("offers in both directions, again and again, never leave the two with different descriptions", async () => {
  const { caller, callee } = pair();
  for (let round = 0; round < 30; round++) {
    const offers: Promise<void>[] = [];
    if (round % 2 === 0) offers.push(caller.negotiation.offer());
    for (let turns = 0; turns < round % 4; turns++) await turn();
    if (round % 3 === 0 && callee.peer.asks) offers.push(callee.negotiation.offer());
    await Promise.all(offers);
    await settle();
    expect([caller.peer.signalingState, callee.peer.signalingState], `round ${round}`).toEqual(["stable", "stable"]);
    expect(caller.peer.remoteDescription?.sdp).toBe(callee.peer.localDescription?.sdp);
  }
});

test("candidates that come before their description wait for it, in order", async () => {
  const { callee } = pair();
  const candidate = (name: string): PeerSignal => ({ type: "candidate", candidate: { candidate: name } });
  await callee.negotiation.receive(candidate("one"));
  await callee.negotiation.receive(candidate("two"));
  await callee.negotiation.receive({ type: "candidate", candidate: null });
  expect(callee.peer.candidates).toEqual([]);
  await callee.negotiation.receive({ type: "offer", sdp: "x" });
  await callee.negotiation.receive(candidate("three"));
  expect(callee.peer.candidates).toEqual(["one", "two", undefined, "three"]);
});

test("an answer that nothing was asked for is dropped, and an offer that nobody answered can be repeated", async () => {
  const { caller, callee, wire } = pair();
  await caller.negotiation.receive({ type: "answer", sdp: "c0>nothing" });
  expect(caller.peer.signalingState).toBe("stable");
  await caller.negotiation.offer();
  caller.negotiation.repeat();
  await settle();
  expect(wire.filter((what) => what === "c offer")).toHaveLength(2);
  expect([caller.peer.signalingState, callee.peer.signalingState]).toEqual(["stable", "stable"]);
});

test("what the browser cannot use is refused without quoting it, and a closed connection takes nothing", async () => {
  const { caller } = pair();
  caller.peer.setRemoteDescription = () => Promise.reject(new Error("secret address"));
  const error = await caller.negotiation.receive({ type: "offer", sdp: "secret" }).catch((reason: Error) => reason);
  expect((error as Error).message).toBe("The browser cannot use the offer of the other side.");
  caller.peer.connectionState = "closed";
  await caller.negotiation.receive({ type: "offer", sdp: "secret" });
  await caller.negotiation.offer();
});

test("the preferred codec comes first, and nothing is lost", () => {
  const known = ["audio/opus", "audio/red", "audio/PCMU", "audio/telephone-event"].map((mimeType) => ({ mimeType }));
  const order = (first: "opus" | "pcmu") => preferCodec(known, first).map(({ mimeType }) => mimeType);
  expect(order("pcmu")).toEqual(["audio/PCMU", "audio/opus", "audio/red", "audio/telephone-event"]);
  expect(order("opus")[0]).toBe("audio/opus");
});
