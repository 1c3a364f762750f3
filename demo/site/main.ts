import type { CallStats } from "voicebridge";
import "voicebridge/elements";
import "./assets.ts";
import { agentAddress, agents, type Choices, readChoices, writeChoices } from "./choices.ts";
import { fillElementsTable } from "./elements-table.ts";
import { EventLog } from "./event-log.ts";
import { FiguresPanel, figuresOf } from "./figures.ts";
import { describeFreeze, freeze, runClock } from "./freeze.ts";
import { SnippetList, snippetsFor } from "./snippets.ts";

const freezeSeconds = 3;
const figuresIntervalMs = 1000;

const find = <Type extends HTMLElement>(selector: string): Type => {
  const element = document.querySelector<Type>(selector);
  if (!element) throw new Error(`The page has no ${selector}.`);
  return element;
};

const call = find<HTMLElementTagNameMap["voice-call"]>("#call");
const preflight = find<HTMLElementTagNameMap["voice-preflight"]>("voice-preflight");
const form = find<HTMLFormElement>("#choices");
const hint = find("#hint");
const snippets = new SnippetList(find("#snippets"));
const panel = new FiguresPanel(find("#stats"));
const log = new EventLog(find("#log"), find("#log-count"));
const query = () => new URLSearchParams(location.search);

// ── what the visitor chose
const field = (name: string) => form.elements.namedItem(name) as RadioNodeList | HTMLSelectElement;

function apply(choices: Choices): void {
  const address = agentAddress(choices.agent);
  call.src = address;
  preflight.src = agentAddress("echo"); // it measures the way of the sound as well
  call.codecs = choices.codec;
  call.lang = choices.lang;
  preflight.lang = choices.lang;
  hint.textContent = agents[choices.agent];
  document.documentElement.dataset.theme = choices.theme;
  snippets.show(snippetsFor(address, choices));
  for (const [name, value] of Object.entries(choices)) field(name).value = value ?? "";
}

form.addEventListener("change", () => {
  const values = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const choices = readChoices(values);
  history.replaceState(null, "", `?${writeChoices(query(), choices)}${location.hash}`);
  apply(choices);
});

apply(readChoices(query()));

/** Where the agents put a call through to, `application.move` leads. */
call.options = { redirect: (application) => (application in agents ? agentAddress(application) : undefined) };

// ── the call
log.watch(call, [
  ...[
    "voice-call-request",
    "voice-hangup-request",
    "voice-mute-request",
    "voice-dtmf-request",
    "voice-recording-request",
    "voice-microphone-request",
    "voice-speaker-request",
    "voice-processing-request",
  ],
  ...["voice-statechange", "voice-mutechange", "voice-caption", "voice-toolcall", "voice-dtmf", "voice-speech"],
  ...["voice-interrupted", "voice-variables", "voice-recording", "voice-warning", "voice-warningclear"],
  ...["voice-ended", "voice-error"],
]);

const underWay = () => call.call !== undefined && call.call.ended === undefined && call.call.state !== "idle";

let last: CallStats | undefined;

/** Of the call that is on, else the last figures of the one before. */
async function readStats(): Promise<CallStats | undefined> {
  const stats = underWay() ? await call.call?.stats().catch(() => undefined) : undefined;
  if (stats?.audio) last = stats;
  return last;
}

async function showFigures(): Promise<void> {
  const stats = await readStats();
  panel.show(figuresOf(call.call?.state ?? "idle", stats, call.call?.ended));
  for (const name of ["#agents", "[name=codec]"]) find<HTMLFieldSetElement>(name).disabled = underWay();
}

call.addEventListener("voice-statechange", ({ detail }) => {
  if (detail.state === "initiating") last = undefined;
  void showFigures();
});
call.addEventListener("voice-ended", () => void showFigures());
setInterval(() => void showFigures(), figuresIntervalMs);
void showFigures();

// ── its layout
const layout = find<HTMLSelectElement>("#layout");
layout.addEventListener("change", () => {
  call.layout = (layout.value || undefined) as typeof call.layout;
});

// ── the frozen page
const result = find("#freeze-result");
runClock(find("#clock"));
find("#freeze").addEventListener("click", async () => {
  const before = underWay() ? await readStats() : undefined;
  result.textContent = "";
  freeze(freezeSeconds * 1000);
  const after = before && (await readStats());
  await new Promise((resolve) => setTimeout(resolve, 1100));
  result.textContent = describeFreeze(freezeSeconds, before, after, before && (await readStats()));
});

fillElementsTable(find("#element-rows"));
