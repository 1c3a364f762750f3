import type { Call } from "./call.ts";
import { isEnd } from "./call-state.ts";

/** What the system needs of a call. */
export type SystemCall = Pick<
  Call,
  "state" | "muted" | "setMuted" | "hangUp" | "addEventListener" | "removeEventListener"
>;

/** Of `joinSystem`. */
export interface SystemOptions {
  /** What the system calls it on its lock screen and media keys. */
  readonly title?: string;
  /** Marks the title of the page while the call is on. */
  readonly titleHint?: boolean;
  /** Address of the icon that the page has while the call is on, in place of its own. */
  readonly iconHint?: string;
}

/** WebKit's Audio Session API: a call is not a song. */
interface AudioSession {
  type: string;
}

/** Not in every DOM library yet. */
interface CallMediaSession {
  setActionHandler(action: "togglemicrophone" | "hangup", handler: (() => void) | null): void;
  setMicrophoneActive?(active: boolean): unknown;
}

const mark = "● ";

/**
 * Makes a call one of the system, as far as the browser can: mute and hang up by its media keys, a screen that stays on, sound that is routed
 * as a call's. Everything is given back when the call ends, or by the returned function. Page only; what a browser lacks is left out.
 */
export function joinSystem(call: SystemCall, { title, titleHint = false, iconHint }: SystemOptions = {}): () => void {
  const left = new AbortController();
  const { signal } = left;
  const undo: (() => void)[] = [];
  let on = false;

  const changed = (): void => {
    if (isEnd(call.state)) leave();
    else if (!on && call.state === "active") {
      on = true;
      undo.push(useMediaKeys(call, title), keepScreenOn(signal));
      if (titleHint) undo.push(markTitle());
      if (iconHint) undo.push(changeIcon(iconHint));
    }
  };
  const leave = (): void => {
    call.removeEventListener("statechange", changed);
    left.abort();
    for (const giveBack of undo.splice(0)) giveBack();
  };

  undo.push(routeAsCall());
  call.addEventListener("statechange", changed);
  changed();
  return leave;
}

function routeAsCall(): () => void {
  const { audioSession } = navigator as Navigator & { audioSession?: AudioSession };
  if (!audioSession) return () => {};
  const before = audioSession.type;
  audioSession.type = "play-and-record";
  return () => {
    audioSession.type = before;
  };
}

function useMediaKeys(call: SystemCall, title: string | undefined): () => void {
  const { mediaSession } = navigator;
  if (!mediaSession) return () => {};
  const keys = mediaSession as unknown as CallMediaSession;
  const handle = (action: "togglemicrophone" | "hangup", handler: (() => void) | null): void => {
    try {
      keys.setActionHandler(action, handler);
    } catch {
      // A browser that does not know the action.
    }
  };
  // The call itself tells what became of it.
  handle("togglemicrophone", () => void call.setMuted(!call.muted).catch(() => {}));
  handle("hangup", () => void call.hangUp().catch(() => {}));
  const before = mediaSession.metadata;
  if (title !== undefined && typeof MediaMetadata === "function") mediaSession.metadata = new MediaMetadata({ title });
  const tellMuted = (): void => void keys.setMicrophoneActive?.(!call.muted);
  tellMuted();
  call.addEventListener("mutechange", tellMuted);
  return () => {
    call.removeEventListener("mutechange", tellMuted);
    handle("togglemicrophone", null);
    handle("hangup", null);
    mediaSession.metadata = before;
  };
}

/** The browser takes the lock away whenever the page is hidden. */
function keepScreenOn(signal: AbortSignal): () => void {
  let lock: WakeLockSentinel | undefined;
  const ask = async (): Promise<void> => {
    if (document.visibilityState !== "visible" || (lock && !lock.released)) return;
    const taken = await navigator.wakeLock?.request("screen").catch(() => undefined); // low battery, or a policy
    if (signal.aborted || (lock && !lock.released)) await taken?.release();
    else lock = taken;
  };
  document.addEventListener("visibilitychange", () => void ask(), { signal });
  void ask();
  return () => void lock?.release();
}

/** Leaves the title alone where the page has changed it since. */
function markTitle(): () => void {
  const before = document.title;
  const marked = mark + before;
  document.title = marked;
  return () => {
    if (document.title === marked) document.title = before;
    else if (document.title.startsWith(mark)) document.title = document.title.slice(mark.length);
  };
}

function changeIcon(href: string): () => void {
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel~="icon"]')];
  const shown = Object.assign(document.createElement("link"), { rel: "icon", href });
  for (const link of links) link.remove(); // browsers differ in which of several they take
  document.head.append(shown);
  return () => {
    shown.remove();
    document.head.append(...links);
  };
}
