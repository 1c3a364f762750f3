import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { peers, settle, useFakePeers, Wire } from "./line-rig.ts";

beforeEach(useFakePeers);
afterEach(() => void vi.unstubAllGlobals());

/** Alice has called Bob, and they talk; Carol can be called. */
async function talking() {
  const wire = new Wire();
  const [alice, bob, carol] = [wire.phone("alice"), wire.phone("bob"), wire.phone("carol")];
  await alice.open("bob");
  await settle();
  expect([alice.state, bob.state]).toEqual(["active", "active"]);
  return { wire, alice, bob, carol };
}

test("a call that was held here and is moved to somebody else is held for that one, too", async () => {
  const { alice, bob, carol, wire } = await talking();
  bob.line?.setHeld(true);
  const gone = alice.line?.transfer("carol", undefined);
  await gone;
  await settle();
  expect(bob.told).toContain("party carol");
  expect(bob.state).toBe("active"); // on its line: who holds it is the call's affair
  expect(wire.said).toContain("bob>carol hold");
  expect(carol.told).toContain("held");
});

test("a transfer whose target goes away while microphone and loudspeaker move leaves the sound where it was", async () => {
  const { alice, bob, carol } = await talking();
  const before = bob.microphoneAt;
  let moved = () => {};
  bob.microphone = () =>
    new Promise((resolve) => {
      moved = resolve;
    });
  const failing = expect(alice.line?.transfer("carol", undefined)).rejects.toMatchObject({ code: "transfer-failed" });
  await settle();
  await carol.line?.hangUp("changed my mind");
  await settle();
  bob.microphone = async () => {};
  moved();
  await failing;
  await settle();
  expect([alice.state, bob.state]).toEqual(["active", "active"]);
  expect(bob.microphoneAt).toBe(before);
});

test("a transfer is not asked for while the hub is away: it would happen later, when nobody expects it any more", async () => {
  const { alice, wire } = await talking();
  alice.exchange.online = false;
  const before = wire.said.length;
  await expect(alice.line?.transfer("carol", undefined)).rejects.toMatchObject({ code: "transfer-failed" });
  expect(wire.said).toHaveLength(before);
  expect(alice.state).toBe("active");
});

test("who is asked to go while its connection has stopped goes all the same", async () => {
  const { alice, bob } = await talking();
  const [bobs] = peers(); // who accepts makes its own first
  bobs?.is("failed"); // a halt
  await settle();
  expect(bob.state).toBe("reconnecting");
  await alice.line?.transfer("carol", undefined);
  await settle();
  expect(bob.told.slice(-3)).toContain("active");
  expect(bob.told).toContain("party carol");
});

test("a connection that comes back, or stops, while a transfer is under way says nothing until that is decided", async () => {
  const { alice, bob, carol } = await talking();
  let reject = () => {};
  carol.answer = (leg) => {
    reject = () => leg.reject("declined");
  };
  const failing = expect(alice.line?.transfer("carol", undefined)).rejects.toMatchObject({ code: "transfer-failed" });
  await settle();
  const [bobs] = peers(); // who accepts makes its own first
  bobs?.is("failed");
  await settle();
  bobs?.is("connected");
  await settle();
  expect(bob.state).toBe("transferring");
  bobs?.is("failed");
  reject();
  await failing;
  await settle();
  expect(bob.state).toBe("reconnecting");
  bobs?.is("connected");
  await settle();
  expect([alice.state, bob.state]).toEqual(["active", "active"]);
});

test("who resumes at the moment in which it is asked to go is not taken to refuse", async () => {
  const { alice, bob } = await talking();
  bob.line?.setHeld(true);
  await settle();
  const gone = alice.line?.transfer("carol", undefined);
  bob.line?.setHeld(false); // the two cross
  await expect(gone).resolves.toBeUndefined();
  await settle();
  expect(alice.told.at(-1)).toBe("over transferred by remote");
  expect(bob.told).toContain("party carol");
});

test("who may not be sent there stays, held as it is", async () => {
  const wire = new Wire();
  const [alice, bob] = [wire.phone("alice"), wire.phone("bob")];
  bob.answer = (leg) => void bob.open(leg, { mayTransfer: () => false });
  await alice.open("bob");
  await settle();
  bob.line?.setHeld(true);
  await expect(alice.line?.transfer("carol", undefined)).rejects.toMatchObject({ code: "transfer-failed" });
  await settle();
  expect(alice.told.filter((what) => what === "held" || what === "resumed").at(-1)).toBe("held");
  expect([alice.state, bob.state]).toEqual(["active", "active"]);
});

test("both hang up at once, and each call is over once", async () => {
  const { alice, bob, wire } = await talking();
  await Promise.all([alice.line?.hangUp("normal"), bob.line?.hangUp("normal")]);
  await settle();
  expect(wire.said.filter((what) => what.endsWith("hangup"))).toEqual(["alice>bob hangup", "bob>alice hangup"]);
  expect([...alice.told, ...bob.told].filter((what) => what.startsWith("over"))).toEqual([]); // nobody has to be told
});

test("who gives up while it is accepted leaves no connection and no keys behind", async () => {
  const wire = new Wire();
  const [alice, bob] = [wire.phone("alice"), wire.phone("bob")];
  let opened = () => {};
  bob.microphone = () =>
    new Promise((resolve) => {
      opened = resolve;
    });
  void alice.open("bob");
  await settle();
  await bob.line?.hangUp("normal"); // while its microphone is on its way
  opened();
  await settle();
  expect(alice.told.at(-1)).toBe("over normal by remote");
  expect(peers().map(({ connectionState }) => connectionState)).toEqual(["closed", "closed"]);
  expect(bob.line?.press({ seq: 0, digit: "1", pressed_at: 0, released_at: 100 })).toBe(false);
});

test("who is sent from one to the other is sent so often, and no oftener", async () => {
  const wire = new Wire();
  const phones = ["alice", "bob", "carol"].map((id) => wire.phone(id));
  let asked = 0;
  for (const [at, phone] of phones.entries()) {
    phone.answer = (leg) => {
      if (++asked < 50) leg.redirect(phones[(at % 2) + 1]!.id);
    };
  }
  void phones[0]!.open("bob");
  await settle();
  expect(wire.said.filter((what) => what.endsWith("call-request")).length).toBe(1 + 5);
  expect(phones[0]!.told.at(-1)).toBe("over redirected by remote");
});

test("nobody is sent to oneself", async () => {
  const { alice, bob, wire } = await talking();
  await expect(alice.line?.transfer("bob", undefined)).rejects.toMatchObject({ code: "transfer-failed" });
  await settle();
  expect([alice.state, bob.state]).toEqual(["active", "active"]);
  expect(wire.said.filter((what) => what.startsWith("bob>bob"))).toEqual([]);
});

test("who hangs up while a transfer is under way hears that it failed", async () => {
  const { alice, carol } = await talking();
  carol.answer = () => {};
  const outcome: string[] = [];
  alice.line?.transfer("carol", undefined).catch(({ code }: { code: string }) => outcome.push(code));
  await settle();
  expect(outcome).toEqual([]);
  await alice.line?.hangUp("enough");
  await settle();
  expect(outcome).toEqual(["transfer-failed"]); // and not when nobody has answered for long enough
});

test("a page that goes away on its way to somebody else stops ringing there, and goes on with whom it talked to", async () => {
  const wire = new Wire();
  const [alice, bob, carol] = [wire.phone("alice"), wire.phone("bob"), wire.phone("carol")];
  bob.answer = (leg) => void bob.open(leg, { keep: true });
  carol.answer = () => {};
  await alice.open("bob");
  await settle();
  const failing = expect(alice.line?.transfer("carol", undefined)).rejects.toMatchObject({ code: "transfer-failed" });
  await settle();
  wire.said.length = 0;
  expect(bob.line?.leave()).toMatchObject({ party: { id: "alice" }, role: "callee" });
  await failing;
  await settle();
  expect(wire.said).toEqual(["bob>carol hangup", "bob>alice hold", "bob>alice call-resume"]);
  expect(alice.told.slice(-3)).toEqual(["transferring", "resumed", "reconnecting"]); // told once, though it was lost on its way back
  await alice.line?.hangUp("done");
});

test("two who call each other at the same moment are in one call, that of the smaller id", async () => {
  const wire = new Wire();
  const [alice, bob] = [wire.phone("alice"), wire.phone("bob")];
  alice.answer = () => {}; // hers is the one that stays
  bob.answer = (leg) => bob.line?.adopt(leg);
  void alice.open("bob");
  void bob.open("alice");
  await settle();
  expect([alice.state, bob.state]).toEqual(["active", "active"]);
  expect(wire.said).toContain("bob>alice hangup"); // of his own
  await bob.line?.hangUp("normal");
  await settle();
  expect(alice.told.at(-1)).toBe("over normal by remote");
});
