import { describe, expect, it, vi } from "vitest";
import { Client } from "../../../../lib/call/client/index.ts";
import { FakeAudio } from "../fake-audio.ts";

describe("a client without a hub", () => {
  it("says so when a person is to be called, at once", async () => {
    const client = new Client({ id: "alice" });
    expect(() => client.call("bob")).toThrow(expect.objectContaining({ code: "hub-refused" }));
    await expect(client.connect()).rejects.toMatchObject({ code: "hub-refused" });
    expect(client.calls).toEqual([]);
    await client.close();
    expect(client.state).toBe("closed");
  });
});

describe("a client", () => {
  it("has somebody to call, and not itself", () => {
    const client = new Client({ id: "alice", hub: "ws://127.0.0.1:9/hub" });
    for (const nobody of ["", "alice", undefined, null, 5]) {
      expect(() => client.call(nobody as never)).toThrow(expect.objectContaining({ code: "call-target" }));
    }
  });

  it("says so where there is no WebSocket, or no address", async () => {
    for (const hub of ["ws://127.0.0.1:9/hub", "::::", "ftp://127.0.0.1/hub"]) {
      const link = { WebSocket: undefined };
      const client = new Client({ id: "alice", hub, link, tabs: "each" });
      if ("WebSocket" in globalThis && hub.startsWith("ws")) continue;
      await expect(client.connect()).rejects.toMatchObject({ code: "hub-refused" });
      await client.close();
    }
  });

  it("opens no microphone that nobody would give back, once it is closed", async () => {
    const openAudio = vi.fn(async () => new FakeAudio() as never);
    for (const hub of [undefined, "ws://127.0.0.1:9/hub"]) {
      const client = new Client({ id: "alice", ...(hub !== undefined && { hub }), audio: { openAudio } });
      await client.close();
      await expect(client.prepare()).rejects.toMatchObject({ code: "hub-closed" });
    }
    expect(openAudio).not.toHaveBeenCalled();
  });

  it("is closed once, and for good", async () => {
    const client = new Client({ id: "alice", hub: "ws://127.0.0.1:9/hub" });
    await Promise.all([client.close(), client.close()]);
    expect(() => client.call("bob")).toThrow(expect.objectContaining({ code: "hub-closed" }));
    await expect(client.connect()).rejects.toMatchObject({ code: "hub-closed" });
  });
});
