/** The playground of one element: what is chosen is applied to the element and shown as code. */
import "voicebridge/elements";
import type { PlaygroundData } from "../../generate/manifest.ts";
import { EventLog } from "../event-log.ts";
import { SnippetList } from "../snippets.ts";
import { fillControls } from "./controls.ts";
import { type Choice, markupOf, stylesOf } from "./markup.ts";

const find = <Type extends HTMLElement>(selector: string): Type => document.querySelector<Type>(selector)!;

const data: PlaygroundData = JSON.parse(find("#playground-data").textContent ?? "");
const { tag } = data;
const stage = find("#stage");
const form = find<HTMLFormElement>("#controls");
const snippets = new SnippetList(find("#playground-code"));
const log = new EventLog(find("#log"), find("#log-count"));
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);

/** Those that show something without a call, and need no address either. */
const isCall = tag === "voice-call";
const usual = new Map<string, string>([
  ...(isCall ? [["src", "/rtvbp/echo"] as const] : []),
  ...(tag === "voice-preflight" ? [["src", "/rtvbp/echo"] as const] : []),
  ...(isCall || ["voice-preflight", "voice-incoming", "voice-replay"].includes(tag) ? [] : [["for", "call"] as const]),
]);

if (tag === "voice-incoming") await import("./incoming.ts");
if (tag === "voice-replay") await import("./replay.ts");
if (tag === "voice-pip-button") await import("./pip.ts");
const shown = document.createElement(tag);
const call = isCall ? (shown as HTMLElementTagNameMap["voice-call"]) : document.createElement("voice-call");
if (isCall) stage.append(shown);
else if (tag === "voice-incoming") (await import("./incoming.ts")).stageIncoming(stage, shown);
else if (tag === "voice-preflight") stage.append(shown);
else {
  call.id = "call";
  call.src = new URL("/rtvbp/talker", location.href).href;
  call.label = "A call to try it with";
  const box = document.createElement("div");
  box.className = "shown";
  box.append(shown);
  stage.append(box, call);
  if (tag === "voice-replay") (await import("./replay.ts")).stageReplay(box, shown, call);
}
log.watch(stage, [...new Set([...data.events, "voice-statechange", "voice-ended"])]);
fillControls(form, data);

function chosen(): Choice {
  const attributes = new Map(usual);
  const [slots, looks] = [new Map<string, string>(), new Map<string, string>()];
  let part = "";
  for (const [name, entry] of new FormData(form)) {
    const [kind, what = ""] = name.split(" ");
    const value = String(entry);
    if (value === "") continue;
    if (kind === "attribute") attributes.set(what, value === "on" ? "" : value);
    if (kind === "slot") slots.set(what, value);
    if (kind === "look") looks.set(what, value);
    if (kind === "part") part = value;
  }
  return { tag, attributes, slots, looks, part };
}

function apply(): void {
  const choice = chosen();
  for (const { name } of [...shown.attributes]) if (!choice.attributes.has(name)) shown.removeAttribute(name);
  for (const [name, value] of choice.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  shown.replaceChildren(...[...choice.slots].map(slotted));
  const styles = stylesOf(choice);
  sheet.replaceSync(styles);
  const around = choice.attributes.has("for") ? `<voice-call id="call" src="/rtvbp/talker"></voice-call>\n` : "";
  snippets.show([
    { id: "html", title: "HTML", code: `${around}${markupOf(choice)}` },
    { id: "css", title: "CSS", code: styles || "/* nothing was changed */" },
  ]);
}

function slotted([name, text]: readonly [string, string]): HTMLElement {
  const element = document.createElement(name === "" ? "p" : "span");
  if (name !== "") element.slot = name;
  element.textContent = text;
  return element;
}

form.addEventListener("input", apply);
form.addEventListener("submit", (event) => event.preventDefault());
apply();
