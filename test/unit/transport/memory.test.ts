import { describe, expect, it } from "vitest";
import { createMemoryTransportPair } from "../../../lib/transport/memory.ts";
import { contract, farPeer } from "./contract.ts";

describe("memory transport", () => {
  for (const { name, run } of contract) {
    it(name, () =>
      run(async (limits) => {
        const [near, far] = createMemoryTransportPair(limits);
        return { near, far: farPeer(far, () => far.sever()), dispose: async () => void (await far.close()) };
      }),
    );
  }

  it("gives both ends the profile that was asked for", () => {
    const [near, far] = createMemoryTransportPair({ profile: "rtvbp.webrtc.v1" });
    expect([near.profile, far.profile]).toEqual(["rtvbp.webrtc.v1", "rtvbp.webrtc.v1"]);
  });

  it("refuses media above the high-water mark while the peer has not taken what was sent", async () => {
    const [near, far] = createMemoryTransportPair({ highWaterBytes: 1000 });
    const frames: number[] = [];
    far.openMedia();
    far.listen({ text: () => {}, frame: (bytes) => void frames.push(bytes[0]!), close: () => {} });
    const sent = Array.from({ length: 8 }, (_, i) => near.sendFrame(new Uint8Array(300).fill(i)));
    expect(sent).toEqual([true, true, true, true, false, false, false, false]);
    await near.flushed();
    expect(near.sendFrame(new Uint8Array(300).fill(9))).toBe(true);
    await near.flushed();
    expect(frames).toEqual([0, 1, 2, 3, 9]);
    expect((await near.stats()).droppedUplinkFrames).toBe(4);
  });

  it("closes when too many messages come before anyone listens", async () => {
    const [near, far] = createMemoryTransportPair({ heldTexts: 3 });
    for (let i = 0; i < 4; i++) far.sendText(String(i));
    await far.flushed();
    expect(await near.close()).toMatchObject({ by: "local", code: 1008 });
  });
});
