/** Runs in the fixture page: every element in every state, each with a call of its own, one beside the other. */
import type { VoiceQuality } from "../../../lib/ui/define.ts";
import type { FakeCall } from "../ui/fake-call.ts";
import { asSource, FakeTelephone } from "../ui/fake-incoming.ts";
import type { ElementsFixture } from "../ui/fixture-types.ts";
import { replaySample } from "../ui/replay-sample.ts";
import { arabic } from "./arabic.ts";
import type { SceneGroup } from "./groups.ts";

export interface Scene {
  readonly group: SceneGroup;
  readonly name: string;
  readonly html: string;
  /** What becomes of it, once it stands. */
  readonly act?: (cell: HTMLElement, call: FakeCall, ui: ElementsFixture) => unknown;
}

type Acts = NonNullable<Scene["act"]>;

const shadow = (element: Element | null): ShadowRoot => element!.shadowRoot!;
const find = (cell: HTMLElement, tag: string): HTMLElement => cell.querySelector<HTMLElement>(tag)!;

/** What people say, in the language of the page. */
const spoken = {
  en: {
    intro: "Ask us anything about your order.",
    hello: "Hello, how can I help?",
    question: "Where is my parcel? It should be here since Tuesday.",
    partial: "Let me look",
    reason: "the shop is closed",
    label: "Customer service of the united dressmakers of Lower Saxony",
  },
  de: {
    intro: "Fragen Sie uns alles zu Ihrer Bestellung.",
    hello: "Guten Tag, wie kann ich helfen?",
    question: "Wo ist mein Paket? Es sollte seit Dienstag da sein.",
    partial: "Ich sehe nach",
    reason: "Das Geschäft ist geschlossen",
    label: "Kundendienst der Vereinigten Damenschneidereien Niedersachsens",
  },
  ar: {
    intro: "اسألنا عن أي شيء يخص طلبك.",
    hello: "مرحبا، كيف أساعدك؟",
    question: "أين طردي؟ كان يجب أن يصل يوم الثلاثاء.",
    partial: "سأبحث الآن",
    reason: "المتجر مغلق",
    label: "خدمة عملاء اتحاد مشاغل الخياطة في المنطقة الشمالية",
  },
};
const said = spoken[document.documentElement.lang as keyof typeof spoken] ?? spoken.en;

async function pressed(cell: HTMLElement, tag: string, selector: string): Promise<void> {
  const button = await until(() => shadow(find(cell, tag)).querySelector<HTMLElement>(selector));
  button.click();
}

async function until<Value>(look: () => Value | null | undefined): Promise<Value> {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const talk: Acts = async (_, call) => {
  call.move("active");
  await new Promise((resolve) => setTimeout(resolve));
  call.level(0.5, 0.15);
  call.caption({ id: 1, speaker: "agent", text: said.hello, final: true });
  call.caption({ id: 2, speaker: "caller", text: said.question, final: true });
  call.caption({ id: 3, speaker: "agent", text: said.partial, final: false });
};
const failed =
  (code: string, message: string, action: string): Acts =>
  (cell, call, ui) =>
    call.end({ reason: code, by: "error", error: new ui.VoiceError(code, message, action) }) ?? cell;

/** The browser says so, whatever it says otherwise. */
const denied: Acts = async (cell, call, ui) => {
  const { query } = navigator.permissions;
  await navigator.permissions.query({ name: "microphone" }); // as the element did when it was first connected
  const status = Object.assign(new EventTarget(), { state: "denied" }) as unknown as PermissionStatus;
  navigator.permissions.query = async () => status;
  // The element asks the browser when it is connected.
  const element = find(cell, "voice-call");
  cell.append(element);
  await new Promise((resolve) => setTimeout(resolve));
  navigator.permissions.query = query;
  failed("media-permission-denied", "The microphone was refused.", "Allow it in the site settings, then try again.")(
    cell,
    call,
    ui,
  );
};

const call = (name: string, group: SceneGroup, act?: Acts, attributes = ""): Scene => ({
  group,
  name,
  html: `<voice-call ${attributes}><p>${said.intro}</p></voice-call>`,
  ...(act && { act }),
});
const moved =
  (state: Parameters<FakeCall["move"]>[0]): Acts =>
  (_, call) =>
    call.move(state);
const both =
  (...acts: Acts[]): Acts =>
  async (...words) => {
    for (const act of acts) await act(...words);
  };
const measured: Acts = async (cell, call) => {
  const quality = await until(() =>
    cell.querySelector("voice-call")
      ? shadow(find(cell, "voice-call")).querySelector("voice-quality")
      : find(cell, "voice-quality"),
  );
  await until(() => quality.shadowRoot?.querySelector("[part=summary]"));
  // Two minutes of a call in a moment: one spell of trouble, then it is well again.
  const clock = performance.now.bind(performance);
  const from = clock();
  for (let second = 0; second <= 120; second += 3) {
    performance.now = () => from + second * 1000;
    const trouble = Math.max(0, 1 - Math.abs(second - 60) / 18);
    call.quality(90 + 6 * Math.sin(second / 4) + 210 * trouble, 0.2 + 14 * trouble);
  }
  performance.now = clock;
};
const unfolded: Acts = async (cell) => {
  const quality = shadow(find(cell, "voice-call")).querySelector<VoiceQuality>("voice-quality");
  quality!.shadowRoot!.querySelector("details")!.open = true;
};
const warned: Acts = (_, call) => {
  call.warn({ code: "media-muted-talking", message: "You are muted.", action: "Unmute.", resume: async () => {} });
  call.warn({ code: "media-autoplay", message: "Held back.", action: "Click.", resume: async () => {} });
  call.warn({
    code: "transport-main-thread",
    message: "The socket runs on the main thread.",
    action: "Allow blob: in worker-src.",
  });
};
const ring =
  (...calls: Parameters<FakeTelephone["ring"]>[0][]): Acts =>
  (cell) => {
    const telephone = new FakeTelephone();
    const element = cell.querySelector("voice-incoming")!;
    element.client = asSource(telephone);
    element.noRingtone = true;
    for (const options of calls) telephone.ring(options);
  };
const part = (tag: string, name: string, act?: Acts, attributes = ""): Scene => ({
  group: "parts",
  name: `${tag}, ${name}`,
  html: `<${tag} ${attributes}></${tag}>`,
  ...(act && { act }),
});
const panel = (tag: string, name: string, act?: Acts, attributes = ""): Scene => ({
  ...part(tag, name, act, attributes),
  group: "panels",
});
const show =
  (text: string): Acts =>
  async (cell) => {
    const replay = cell.querySelector("voice-replay")!;
    await replay.open(new Blob([text]));
    replay.position = 30_500;
  };

export const scenes: readonly Scene[] = [
  call("before the call", "call"),
  call("starting", "call", moved("initiating")),
  call("connecting", "call", moved("connecting")),
  call("ringing", "call", moved("ringing")),
  call("queued", "call", moved("queued")),
  call("giving up", "call", both(moved("connecting"), moved("terminating"))),
  call("a long title", "call", undefined, `label="${said.label}"`),
  call("connected", "live", talk),
  call(
    "muted, with warnings",
    "live",
    both(talk, (_, call) => call.mute(true), warned),
  ),
  call(
    "keypad",
    "live",
    both(talk, (cell) => pressed(cell, "voice-call", "#show-dialpad")),
  ),
  call(
    "devices",
    "live",
    both(talk, (cell) => pressed(cell, "voice-call", "#show-devices")),
  ),
  call("quality", "live", both(talk, measured, unfolded)),
  call("on hold", "live", both(talk, moved("held"))),
  call("reconnecting", "live", both(talk, moved("reconnecting"))),
  call("transferring", "live", both(talk, moved("transferring"))),
  call("ending", "live", both(talk, moved("terminating"))),
  call(
    "ended here",
    "end",
    both(talk, (_, call) => call.end({ reason: "normal", by: "local" })),
  ),
  call(
    "ended there",
    "end",
    both(talk, measured, (_, call) => call.end({ reason: said.reason, by: "remote" })),
  ),
  call(
    "connection lost",
    "end",
    both(talk, (_, call) => call.end({ reason: "network", by: "network" })),
  ),
  call(
    "cancelled",
    "end",
    both(moved("connecting"), (_, call) => call.end({ reason: "normal", by: "local" })),
  ),
  call("microphone denied", "end", denied),
  call(
    "microphone denied, allowed since",
    "end",
    failed("media-permission-denied", "The microphone was refused.", "Allow it."),
  ),
  call("no microphone", "end", failed("media-no-device", "No microphone was found.", "Connect a microphone.")),
  call("nobody there", "end", failed("transport-unreachable", "The server cannot be reached.", "Try again later.")),
  call(
    "policy forbids",
    "end",
    failed(
      "csp-worklet",
      "The content security policy of this page forbids the audio worklet.",
      "Serve worklet.js yourself and set worklet-url, or add blob: to script-src 'self' https://static.example.com/assets.",
    ),
  ),
  call("compact, before", "layouts", undefined, `layout="compact"`),
  call("compact, connected", "layouts", both(talk, warned), `layout="compact"`),
  call(
    "compact, keypad",
    "layouts",
    both(talk, (cell) => pressed(cell, "voice-call", "#show-dialpad")),
    `layout="compact"`,
  ),
  call("compact, failed", "layouts", failed("media-in-use", "In use.", "Close it."), `layout="compact"`),
  call("floating, folded", "layouts", undefined, `layout="floating"`),
  call("floating, unfolded", "layouts", (cell) => pressed(cell, "voice-call", ".fold"), `layout="floating"`),
  call("floating, connected", "layouts", talk, `layout="floating"`),
  part("voice-call-button", "before"),
  part("voice-call-button", "during", talk),
  part("voice-mute-button", "before"),
  part("voice-mute-button", "talking", talk),
  part(
    "voice-mute-button",
    "muted",
    both(talk, (_, call) => call.mute(true)),
  ),
  part(
    "voice-mute-button",
    "muted, stacked",
    both(talk, (_, call) => call.mute(true)),
    "stacked",
  ),
  part("voice-hangup-button", "talking", talk),
  part("voice-hangup-button", "stacked", talk, "stacked"),
  part("voice-pip-button", "talking", talk),
  part("voice-pip-button", "stacked", talk, "stacked"),
  part("voice-status", "before"),
  part("voice-status", "connecting", moved("connecting")),
  part("voice-status", "connected", talk),
  part("voice-status", "failed", failed("media-in-use", "In use.", "Close it.")),
  part("voice-level", "quieter", talk, `source="output"`),
  part(
    "voice-level",
    "loud",
    both(talk, (_, call) => call.level(0.95, 0)),
  ),
  part("voice-captions", "none", moved("active")),
  part("voice-captions", "some", talk),
  part("voice-dialpad", "keys", talk),
  panel("voice-incoming", "one", ring({ name: "Alice" })),
  panel(
    "voice-incoming",
    "soon over, with its ringtone",
    both(ring({ name: "Bob", ringMs: 9_000 }), (cell) => {
      cell.querySelector("voice-incoming")!.noRingtone = false;
      return until(() => shadow(find(cell, "voice-incoming")).querySelector("[part=blocked], [part~=silence]"));
    }),
  ),
  panel(
    "voice-incoming",
    "two, one waiting, one with a long name",
    ring({ name: "Alice" }, { name: "Bernhardine Friederike von Hohenlohe-Langenburg", waiting: true }),
  ),
  panel("voice-devices", "before the permission"),
  panel("voice-quality", "not measured", moved("active")),
  panel("voice-quality", "measured", both(talk, measured)),
  panel(
    "voice-quality",
    "bad",
    both(talk, measured, (_, call) => call.quality(700, 30)),
  ),
  panel("voice-quality", "compact", both(talk, measured), "compact"),
  panel("voice-recorder", "before", undefined),
  panel(
    "voice-recorder",
    "asking",
    both(talk, (cell) => pressed(cell, "voice-recorder", "button")),
  ),
  panel(
    "voice-recorder",
    "recording",
    both(
      talk,
      (cell) => pressed(cell, "voice-recorder", "button"),
      (cell) => pressed(cell, "voice-recorder", "button.primary"),
    ),
  ),
  panel(
    "voice-recorder",
    "ready",
    both(
      talk,
      (cell) => pressed(cell, "voice-recorder", "button"),
      (cell) => pressed(cell, "voice-recorder", "button.primary"),
      (cell) => pressed(cell, "voice-recorder", "button.danger"),
    ),
  ),
  panel("voice-preflight", "before"),
  { group: "replay", name: "voice-replay, nothing yet", html: `<voice-replay></voice-replay>` },
  { group: "replay", name: "voice-replay, a record", html: `<voice-replay></voice-replay>`, act: show(replaySample()) },
  { group: "replay", name: "voice-replay, no record", html: `<voice-replay></voice-replay>`, act: show("nothing") },
];

/** Lays the scenes out in the page's `#scenes`; resolves when all stand as they should. */
export async function layOut(groups: readonly SceneGroup[]): Promise<void> {
  const { ui } = window;
  const place = document.querySelector("#scenes")!;
  ui.registerMessages("ar", arabic);
  for (const { group, name, html, act } of scenes) {
    if (groups.length > 0 && !groups.includes(group)) continue;
    const cell = document.createElement("section");
    cell.dataset["scene"] = name;
    cell.dataset["group"] = group;
    cell.innerHTML = html;
    place.append(cell);
    const call = new ui.FakeCall();
    const [element] = cell.children;
    const tag = element?.localName ?? "";
    if (tag === "voice-call") Object.assign(element!, { createCall: () => call });
    // Before it is started, a call has none of its own.
    if (act && !["voice-incoming", "voice-replay"].includes(tag)) Object.assign(element!, { call });
    await act?.(cell, call, ui);
  }
  await document.fonts.ready;
}

Object.assign(window, { layOut });
