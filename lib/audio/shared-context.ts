import { AudioError } from "./audio-error.ts";

/** The page's one AudioContext, and how many calls use it. */
let current: { readonly context: AudioContext; leases: number; readonly stopWatching: () => void } | undefined;

/** A call's share of the page's AudioContext. */
export interface ContextLease {
  readonly context: AudioContext;
  /** Idempotent. The last lease closes the context. */
  release(): Promise<void>;
}

/**
 * Shares the page's AudioContext, which runs at the native rate of the device; makes it where there is none. Synchronous, so that a call
 * from a click handler creates and resumes it inside the click, which iOS and autoplay policies ask for. Throws `media-unsupported`.
 */
export function leaseContext(): ContextLease {
  if (current?.context.state === "closed") current = undefined;
  current ??= create();
  const shared = current;
  shared.leases++;
  if (shared.context.state !== "running") shared.context.resume().catch(() => {});
  let released = false;
  return {
    context: shared.context,
    async release() {
      if (released) return;
      released = true;
      if (--shared.leases > 0) return;
      await lastQuanta(shared.context);
      if (shared.leases > 0) return; // somebody called meanwhile
      shared.stopWatching();
      if (current !== shared) return;
      current = undefined;
      if (shared.context.state !== "closed") await shared.context.close();
    },
  };
}

/** The page's AudioContext while there is a call. */
export function sharedAudioContext(): AudioContext | undefined {
  return current?.context;
}

const LAST_QUANTA_MS = 40;
const RENDER_DEADLINE_MS = 500;

/**
 * Processors that were told to stop do so in their next quantum. Chromium keeps a context for ever that is closed before that, with all its
 * nodes.
 */
async function lastQuanta(context: AudioContext): Promise<void> {
  const rendered = context.currentTime + LAST_QUANTA_MS / 1000;
  const giveUpAt = performance.now() + RENDER_DEADLINE_MS;
  while (context.state === "running" && context.currentTime < rendered && performance.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, LAST_QUANTA_MS / 4));
  }
}

function create() {
  if (typeof AudioContext !== "function" || typeof AudioWorkletNode !== "function") {
    const secure = (globalThis as { isSecureContext?: boolean }).isSecureContext !== false;
    throw secure
      ? new AudioError("media-unsupported", "This browser has no AudioWorklet.")
      : new AudioError("media-insecure-context", "The browser has no AudioWorklet for a page that is not secure.");
  }
  const context = new AudioContext({ latencyHint: "interactive" });
  return { context, leases: 0, stopWatching: keepRunning(context) };
}

/** Resumes the context after a phone call, sleep or an autoplay block: when the page is shown again, and at the next click or key. */
function keepRunning(context: AudioContext): () => void {
  const watching = new AbortController();
  const resume = (): void => {
    if (context.state === "running" || context.state === "closed" || document.visibilityState === "hidden") return;
    context.resume().catch(() => {});
  };
  const options = { capture: true, passive: true, signal: watching.signal } as const;
  document.addEventListener("visibilitychange", resume, options);
  for (const type of ["pageshow", "pointerup", "keydown"]) addEventListener(type, resume, options);
  return () => watching.abort();
}
