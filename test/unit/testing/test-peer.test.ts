import { afterEach, describe, expect, it } from "vitest";
import { findCodec } from "../../../lib/protocol/index.ts";
import { Session } from "../../../lib/session/index.ts";
import {
  createTestPeer,
  SimulatedClock,
  settle,
  type TestPeer,
  TestPeerError,
  toneSound,
} from "../../../lib/testing/index.ts";
import { TransportError } from "../../../lib/transport/index.ts";

let peer: TestPeer | undefined;
afterEach(() => peer?.close());

const codecs = ["L16/8000/1", "PCMA/8000/1", "G722/16000/1"].map((id) => findCodec(id)!);

async function dial(to: TestPeer, clock = new SimulatedClock()) {
  const session = new Session({ role: "voice", transport: to.connect, clock });
  session.handle("audio.buffer.clear", (_, { mediaBytes }) => ({ len: mediaBytes }));
  await session.initialize({
    application: { id: "app" },
    call: { id: "call-1", session_id: "session-1", from: "ann", to: "agent" },
    codecs,
  });
  return session;
}

const press = (session: Session, digit: string, seq = 0): unknown =>
  session.emit("dtmf", { digit, seq, pressed_at: 1, released_at: 2 });

describe("a test peer", () => {
  it("gives out each call once, whether it was waited for or came before", async () => {
    peer = createTestPeer();
    const early = peer.next();
    await dial(peer);
    await dial(peer);
    const [first, second] = [await early, await peer.next()];
    expect(peer.calls).toEqual([first, second]);
    expect(peer.connects).toBe(2);
    const third = peer.next();
    await peer.close();
    await expect(third).rejects.toMatchObject({ code: "peer-closed" });
    await expect(dial(peer)).rejects.toMatchObject({ code: "transport-unreachable" });
    expect([first.session.state, second.session.state]).toEqual(["closed", "closed"]);
  });

  it("expects what has come, what is still to come, and each of them once", async () => {
    peer = createTestPeer();
    const session = await dial(peer);
    const call = await peer.next();
    press(session, "1", 0);
    press(session, "2", 1);
    await settle();
    const later = call.expect("dtmf", { digit: "7" });
    const any = call.expect("dtmf", ({ seq }) => seq === 1);
    expect((await any).digit).toBe("2");
    expect((await call.expect("dtmf")).digit).toBe("1");
    press(session, "7", 2);
    expect((await later).seq).toBe(2);
    expect(call.events.map(({ name }) => name)).toEqual(["session.updated", "dtmf", "dtmf", "dtmf"]);
  });

  it("says what there was instead when what it expects does not come", async () => {
    const clock = new SimulatedClock();
    peer = createTestPeer({ clock });
    const session = await dial(peer);
    const call = await peer.next();
    press(session, "5");
    const waiting = call.expect("dtmf", { digit: "6" }, { timeoutMs: 700 }).catch((error: unknown) => error);
    await clock.advance(699);
    expect(clock.pending).toBeGreaterThan(0);
    await clock.advance(1);
    const error = await waiting;
    expect(error).toBeInstanceOf(TestPeerError);
    expect(error).toMatchObject({ code: "peer-expectation" });
    expect(String(error)).toMatch(/700 ms in vain for dtmf \{"digit":"6"\}\. There was: .*dtmf \{.*"digit":"5"/);
  });

  it("fails what is waited for at once when the call ends", async () => {
    peer = createTestPeer();
    const session = await dial(peer);
    const call = await peer.next();
    const waiting = [call.expect("dtmf"), call.hears(1000)];
    void session.close("gone");
    for (const wait of waiting) await expect(wait).rejects.toMatchObject({ code: "peer-ended" });
    await expect(call.expect("dtmf")).rejects.toMatchObject({ code: "peer-ended" });
  });

  it("says a sound in the call's codec, paced by the clock", async () => {
    for (const { id } of codecs) {
      const clock = new SimulatedClock();
      const own = createTestPeer({ clock, codecs: [id] });
      const received: number[] = [];
      const session = new Session({
        role: "voice",
        transport: own.connect,
        clock,
        onFrame: (frame) => void received.push(frame.byteLength),
      });
      const call = { id: "c", session_id: "s", from: "a", to: "b" };
      await session.initialize({ application: { id: "app" }, call, codecs });
      const answered = await own.next();
      expect(answered.format.id).toBe(id);
      const said = answered.say(toneSound(440, 200));
      await clock.advance(101);
      const half = received.length;
      await clock.advance(100);
      expect(await said).toMatchObject({ complete: true });
      expect([half, received.length]).toEqual([6, 10]);
      expect(new Set(received)).toEqual(new Set([answered.format.frameBytes]));
      await own.close();
    }
  });

  it("takes back what it said", async () => {
    const clock = new SimulatedClock();
    peer = createTestPeer({ clock });
    await dial(peer, clock);
    const call = await peer.next();
    const said = call.say(toneSound(440, 1000));
    await clock.advance(199);
    expect(await call.clear()).toBe(10 * 320);
    expect(await said).toEqual({ sentBytes: 10 * 320, complete: false });
  });

  it("keeps what its script throws as a fault of that call", async () => {
    peer = createTestPeer({
      onCall: async (call) => {
        await call.expect("dtmf", { digit: "1" });
        throw new RangeError("no such choice");
      },
    });
    const session = await dial(peer);
    const call = await peer.next();
    press(session, "1");
    await settle();
    expect(call.faults).toMatchObject([{ at: "onCall", error: { message: "no such choice" } }]);
    expect(session.state).toBe("active");
  });

  it("refuses as often as it is told, then takes calls again", async () => {
    peer = createTestPeer();
    const busy = new TransportError("transport-refused", "All lines are busy.", false);
    peer.refuse(busy, 2);
    peer.refuse();
    const outcomes: unknown[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const session = dial(peer).then(({ state }) => state);
      outcomes.push(await session.catch(({ code }: { readonly code: string }) => code));
    }
    expect(outcomes).toEqual(["transport-refused", "transport-refused", "transport-unreachable", "active"]);
  });

  it("says at once that a fault script is wrong", () => {
    expect(() => createTestPeer({ faults: "explode" })).toThrow(expect.objectContaining({ code: "fault-script" }));
    expect(() => createTestPeer({ faults: "truncate" })).toThrow(
      expect.objectContaining({ code: "fault-unsupported" }),
    );
  });
});
