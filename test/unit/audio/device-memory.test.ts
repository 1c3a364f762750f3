import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findDevice } from "../../../lib/audio/device-list.ts";
import { recallChoice, rememberChoice } from "../../../lib/audio/device-memory.ts";
import { DeviceManager, pageDevices } from "../../../lib/audio/index.ts";

const device = (id: string, label: string, groupId: string) => ({ id, label, groupId });

describe("finding a device again", () => {
  const list = [device("1", "Headset", "usb-a"), device("2", "Headset", "usb-b"), device("3", "Built-in", "pci")];
  it("goes by identifier, then by name and group, then by name", () => {
    expect(findDevice(list, device("2", "Renamed", ""))?.id).toBe("2");
    expect(findDevice(list, device("new", "Headset", "usb-b"))?.id).toBe("2");
    expect(findDevice(list, device("new", "Headset", "usb-c"))?.id).toBe("1");
    expect(findDevice(list, device("new", "Camera", "usb-a"))).toBeUndefined();
  });

  it("never takes a nameless device for another", () => {
    expect(findDevice([device("1", "", "")], device("2", "", ""))).toBeUndefined();
  });
});

describe("the remembered choice", () => {
  const store = new Map<string, string>();
  beforeEach(() => {
    store.clear();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, value: string) => store.set(key, value),
      removeItem: (key: string) => store.delete(key),
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it("comes back as it was", () => {
    const choice = { microphone: device("1", "Headset", "usb"), settings: { noiseSuppression: false } };
    rememberChoice(choice);
    expect(recallChoice()).toEqual({ ...choice, speaker: undefined });
    rememberChoice(undefined);
    expect(store.size).toBe(0);
  });

  it.each([["not json"], ["[]"], ["null"], ['{"microphone":{"id":1},"settings":{"echoCancellation":"yes"}}']])(
    "is nothing where something else was stored: %s",
    (text) => {
      store.set("voicebridge.devices", text);
      const { microphone, speaker, settings } = recallChoice();
      expect([microphone, speaker, settings ?? {}]).toEqual([undefined, undefined, {}]);
    },
  );

  it("lasts as long as the page where storage is closed to it", async () => {
    vi.stubGlobal("localStorage", undefined);
    const devices = new DeviceManager();
    await devices.setSettings({ autoGainControl: false });
    expect(devices.settings).toEqual({
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: false,
      noiseSuppressor: false,
    });
  });
});

describe("devices where there is no browser", () => {
  it("are none, and nothing is asked", async () => {
    await pageDevices().refresh();
    expect(pageDevices().microphones).toEqual([]);
    expect(pageDevices().canChooseSpeaker).toBe(false);
    await expect(pageDevices().setMicrophone("x")).rejects.toMatchObject({ code: "media-constraints" });
  });
});
