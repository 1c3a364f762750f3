import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { VoiceError } from "../../../lib/call/voice-error.ts";
import { phaseOf } from "../../../lib/ui/call-view.ts";
import { formatDuration } from "../../../lib/ui/clock-controller.ts";
import { describeEnd } from "../../../lib/ui/describe.ts";
import { de } from "../../../lib/ui/messages/de.ts";
import { en } from "../../../lib/ui/messages/en.ts";
import { callOptions } from "../../../lib/ui/voice-call/options.ts";
import { isAudible, litSegments, segmentCount } from "../../../lib/ui/voice-level/scale.ts";

const root = resolve(import.meta.dirname, "../../..");
const attributes = {
  src: undefined,
  token: undefined,
  application: undefined,
  from: undefined,
  to: undefined,
  codecs: undefined,
  profiles: undefined,
  workletUrl: undefined,
  workerUrl: undefined,
  wasmUrl: undefined,
};

describe("importing the elements in plain Node", () => {
  it("works for every entry, registers nothing and needs no DOM", async () => {
    const folders = readdirSync(resolve(root, "lib/ui"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.startsWith("voice-"))
      .map(({ name }) => `lib/ui/${name}/${name}.ts`);
    expect(folders.length).toBeGreaterThanOrEqual(8);
    const outdir = resolve(root, "build/test-ui");
    await build({
      absWorkingDir: root,
      entryPoints: ["lib/ui/define.ts", ...folders],
      outdir,
      outbase: "lib/ui",
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      packages: "external",
      logLevel: "error",
    });
    const files = ["define.mjs", ...folders.map((path) => path.replace("lib/ui/", "").replace(".ts", ".mjs"))];
    const script = files
      .map((file) => `await import(${JSON.stringify(pathToFileURL(resolve(outdir, file)).href)});`)
      .join("\n");
    const output = execFileSync(
      process.execPath,
      ["--input-type=module", "-e", `${script} console.log(typeof document, "ok");`],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    expect(output.trim()).toBe("undefined ok");
  });
});

describe("the phase of a call", () => {
  it("follows the state, and is over as soon as there is an end", () => {
    const phases = (
      ["idle", "initiating", "queued", "ringing", "connecting", "active", "held", "reconnecting"] as const
    ).map((state) => phaseOf({ state, ended: undefined, connectedAt: undefined }));
    expect(phases).toEqual(["idle", "starting", "starting", "starting", "starting", "live", "live", "live"]);
    expect(phaseOf(undefined)).toBe("idle");
    expect(phaseOf({ state: "active", ended: { reason: "normal", by: "local" }, connectedAt: 1 })).toBe("over");
    expect(phaseOf({ state: "cancelled", ended: undefined, connectedAt: undefined })).toBe("over");
  });

  it("stays where hanging up began while the call terminates", () => {
    expect(phaseOf({ state: "terminating", ended: undefined, connectedAt: undefined })).toBe("starting");
    expect(phaseOf({ state: "terminating", ended: undefined, connectedAt: 5 })).toBe("live");
  });
});

describe("how an end is told", () => {
  it("says who ended the call, and the reason only where it says more than that", () => {
    expect(describeEnd({ reason: "normal", by: "local" }, en)).toEqual({
      headline: "You ended the call.",
      detail: "",
      spoken: "You ended the call.",
    });
    expect(describeEnd({ reason: "shop is closed", by: "remote" }, de).detail).toBe("Grund: shop is closed");
  });

  it("says what went wrong and what to do, in the page's language where there are words for it", () => {
    const error = new VoiceError("media-no-device", "No microphone was found.", "Connect one.");
    const end = { reason: error.code, by: "error", error } as const;
    expect(describeEnd(end, en).spoken).toBe("No microphone was found. Connect one.");
    expect(describeEnd(end, de).headline).toBe("Es wurde kein Mikrofon gefunden.");
  });
});

describe("the options of a call", () => {
  it("come from the attributes, over those of the property", () => {
    expect(
      callOptions({ ...attributes, src: "/a", codecs: "L16/16000, PCMU" }, { src: "/b", from: "me", id: "1" }),
    ).toEqual({
      src: "/a",
      from: "me",
      id: "1",
      codecs: ["L16/16000", "PCMU"],
    });
  });

  it("keep the addresses of self-hosted files together, and leave out what nobody set", () => {
    const options = callOptions({ ...attributes, workletUrl: "/w.js" }, { assets: { wasmUrl: "/c.wasm" } });
    expect(options).toEqual({ assets: { wasmUrl: "/c.wasm", workletUrl: "/w.js" } });
    expect(callOptions(attributes)).toEqual({});
    expect(callOptions({ ...attributes, profiles: "rtvbp.webrtc.v1 rtvbp.v1" })).toEqual({
      profiles: ["rtvbp.webrtc.v1", "rtvbp.v1"],
    });
    expect(callOptions({ ...attributes, profiles: "" }, { profiles: ["rtvbp.v1"] })).toEqual({ profiles: [] });
  });
});

describe("the level scale", () => {
  it("lights nothing for silence, everything at full scale, and never goes down as the sound grows", () => {
    expect(litSegments(0)).toBe(0);
    expect(litSegments(1)).toBe(segmentCount);
    expect(litSegments(2)).toBe(segmentCount);
    let before = 0;
    for (let db = -90; db <= 0; db++) {
      const lit = litSegments(10 ** (db / 20));
      expect(lit).toBeGreaterThanOrEqual(before);
      before = lit;
    }
  });

  it("takes quiet room noise for silence and speech for sound", () => {
    expect(isAudible(10 ** (-50 / 20))).toBe(false);
    expect(isAudible(10 ** (-30 / 20))).toBe(true);
  });
});

describe("a duration", () => {
  it("is written as a clock reads", () => {
    expect([0, 5_999, 65_000, 3_725_000, -1].map(formatDuration)).toEqual(["0:00", "0:05", "1:05", "1:02:05", "0:00"]);
  });
});
