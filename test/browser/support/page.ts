import type { Page } from "@playwright/test";
import { bundleOf } from "../../../demo/generate/bundles.ts";
import type { PlaybackStats } from "../../../lib/core/index.ts";
import type * as voicebridge from "../../../lib/index.ts";
import type { Sound } from "../../support/wav.ts";

/** What the test page offers to `page.evaluate` callbacks. */
export interface TestWindow {
  voicebridge: typeof voicebridge;
  call: voicebridge.Call;
  /** Everything the page opened and what became of it. */
  opened: OpenedResources;
  /** Messages that worklets sent to the page. */
  workletMessages: number;
  /** `startTime`: of the first recorded sample, on the context's clock. */
  recorder: { chunks: Float32Array[]; sampleRate: number; startTime: number; node: AudioWorkletNode };
  hostWatch: Worker;
  log: { type: string; detail: string; at: number }[];
  playoutLooks: PlaybackStats[];
}

export interface OpenedResources {
  contexts: AudioContext[];
  workers: { terminated: boolean }[];
  sockets: WebSocket[];
  peers: RTCPeerConnection[];
  tracks: MediaStreamTrack[];
  urls: Set<string>;
  /** Those of the library, by the name of their processor. */
  worklets: { name: string; node: AudioWorkletNode }[];
}

declare global {
  interface Window extends TestWindow {}
}

/** Runs before any script of the page: keeps a list of everything that must be given back. */
export function watchResources(): void {
  const opened: OpenedResources = {
    contexts: [],
    workers: [],
    sockets: [],
    peers: [],
    tracks: [],
    urls: new Set(),
    worklets: [],
  };
  window.opened = opened;
  window.workletMessages = 0;
  window.log = [];
  const NativeContext = window.AudioContext;
  window.AudioContext = class extends NativeContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      opened.contexts.push(this);
    }
  };
  const NativeWorker = window.Worker;
  window.Worker = class extends NativeWorker {
    terminated = false;
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      opened.workers.push(this);
    }
    override terminate(): void {
      this.terminated = true;
      super.terminate();
    }
  };
  const NativeSocket = window.WebSocket;
  window.WebSocket = class extends NativeSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      if (protocols !== "vite-hmr") opened.sockets.push(this); // the development server's own
    }
  };
  const NativePeer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends NativePeer {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      opened.peers.push(this);
    }
  };
  if (window.AudioWorkletNode) {
    const NativeNode = window.AudioWorkletNode;
    window.AudioWorkletNode = class extends NativeNode {
      constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
        super(context, name, options);
        if (name === "test-recorder") return;
        opened.worklets.push({ name, node: this });
        this.port.addEventListener("message", () => window.workletMessages++);
      }
    };
  }
  if (navigator.mediaDevices) {
    const devices = navigator.mediaDevices;
    const getUserMedia = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      opened.tracks.push(...stream.getTracks());
      return stream;
    };
  }
  const createUrl = URL.createObjectURL;
  const revokeUrl = URL.revokeObjectURL;
  URL.createObjectURL = (object) => {
    const url = createUrl.call(URL, object);
    opened.urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    opened.urls.delete(url);
    revokeUrl.call(URL, url);
  };
}

/** Opens an empty page of the demo's origin with the library loaded as `window.voicebridge`. */
export async function openTestPage(page: Page, { isolated = false } = {}): Promise<void> {
  await page.addInitScript(watchResources);
  page.on("pageerror", (error) => console.error(`[page] ${error.stack ?? error.message}`));
  page.on("console", (message) => message.type() === "error" && console.error(`[page] ${message.text()}`));
  await page.goto(`/test.html${isolated ? "?isolated" : ""}`);
  await loadLibrary(page);
}

/** Once more after the page was loaded again. */
export async function loadLibrary(page: Page): Promise<void> {
  await page.evaluate(async (file) => {
    window.voicebridge = await import(/* @vite-ignore */ file);
  }, bundleOf("lib/index.ts"));
}

/** What is still open: all zero after a call. */
export function stillOpen(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => ({
    contexts: window.opened.contexts.filter((context) => context.state !== "closed").length,
    workers: window.opened.workers.filter((worker) => !worker.terminated).length,
    sockets: window.opened.sockets.filter((socket) => socket.readyState < 3).length,
    peers: window.opened.peers.filter((peer) => peer.connectionState !== "closed").length,
    tracks: window.opened.tracks.filter((track) => track.readyState !== "ended").length,
    urls: window.opened.urls.size,
  }));
}

export const nothingOpen = { contexts: 0, workers: 0, sockets: 0, peers: 0, tracks: 0, urls: 0 };

/** Records what the call plays, on the audio thread, from now on. */
export async function startRecorder(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const output = window.call.outputNode;
    if (!output) throw new Error("the call has no output node");
    const source = `registerProcessor("test-recorder", class extends AudioWorkletProcessor {
      constructor() { super(); this.block = new Float32Array(4096); this.at = 0; this.started = false; }
      process([input]) {
        if (!this.started) { this.started = true; this.port.postMessage(currentTime); }
        const samples = input[0] ?? new Float32Array(128);
        this.block.set(samples, this.at); this.at += 128;
        if (this.at === 4096) { this.port.postMessage(this.block, [this.block.buffer]); this.block = new Float32Array(4096); this.at = 0; }
        return true;
      } });`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const context = output.context;
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    const node = new AudioWorkletNode(context, "test-recorder", {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    window.recorder = { chunks: [], sampleRate: context.sampleRate, startTime: 0, node };
    node.port.onmessage = ({ data }) => {
      if (typeof data === "number") window.recorder.startTime = data;
      else window.recorder.chunks.push(data);
    };
    output.connect(node).connect(context.destination);
  });
}

/** Until the recording is that long, by the clock of the audio thread. */
export async function recordsUntil(page: Page, ms: number): Promise<void> {
  await page.waitForFunction(
    (ms) => window.recorder.chunks.length * 4096 >= (ms * window.recorder.sampleRate) / 1000,
    ms,
    { polling: 200 },
  );
}

export async function recorded(page: Page): Promise<Sound> {
  const { sampleRate, base64 } = await page.evaluate(async () => {
    const { chunks, sampleRate } = window.recorder;
    const blob = new Blob(chunks as unknown as BlobPart[]);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return { sampleRate, base64: btoa(text) };
  });
  const bytes = Buffer.from(base64, "base64");
  return {
    sampleRate,
    samples: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  };
}

/** How much of the recording was rendered, milliseconds: what happened before this was asked is behind it, however late the page is. */
export function renderedMs(page: Page): Promise<number> {
  return page.evaluate(() => (window.recorder.node.context.currentTime - window.recorder.startTime) * 1000);
}

/** Where in the recording something was heard that happened at `epochMs`: what was rendered then, device latency aside. */
export function recordingOffsetMs(page: Page, epochMs: number): Promise<number> {
  return page.evaluate((epochMs) => {
    const { context } = window.recorder.node;
    const now = performance.timeOrigin + performance.now();
    return (context.currentTime - window.recorder.startTime) * 1000 - (now - epochMs);
  }, epochMs);
}

/**
 * From now on counts the moments at which this machine let a thread of the page, or of this process, wait for more than `gapMs`: what no
 * software can play through.
 */
export async function watchHost(page: Page, gapMs = 12): Promise<() => Promise<number>> {
  let last = performance.now();
  let stallsHere = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last > gapMs) stallsHere++;
    last = now;
  }, 4);
  await page.evaluate((gapMs) => {
    const source = `let last = performance.now(), stalls = 0;
      setInterval(() => { const now = performance.now(); if (now - last > ${gapMs}) stalls++; last = now; }, 4);
      onmessage = () => postMessage(stalls);`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.hostWatch = new Worker(url);
    URL.revokeObjectURL(url);
  }, gapMs);
  return async () => {
    clearInterval(timer);
    const stallsThere = await page.evaluate(async () => {
      const { hostWatch } = window;
      const stalls = await new Promise<number>((resolve) => {
        hostWatch.onmessage = ({ data }) => resolve(data);
        hostWatch.postMessage(null);
      });
      hostWatch.terminate();
      return stalls;
    });
    return stallsHere + stallsThere;
  };
}

/** Blocks the page's main thread. Resolves with when that was, epoch milliseconds. */
export function freeze(page: Page, ms: number): Promise<{ fromMs: number; toMs: number }> {
  return page.evaluate((ms) => {
    const from = performance.now();
    while (performance.now() < from + ms);
    return { fromMs: performance.timeOrigin + from, toMs: performance.timeOrigin + performance.now() };
  }, ms);
}
