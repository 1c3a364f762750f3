import type { PlaygroundData } from "../../generate/manifest.ts";

/** One thing to choose; `name` tells the playground what it is for. */
interface Field {
  readonly name: string;
  readonly label: string;
  /** Of a list; undefined: a text, or a flag. */
  readonly options?: readonly string[];
  readonly flag?: boolean;
}

const languages = ["", "de", "es"];

/** Attributes that a playground of one element cannot show: they belong to the program, or to another page. */
const left = new Set(["for", "token", "application", "from", "to", "worklet-url", "worker-url", "wasm-url"]);

/** What can be chosen, in groups. */
export function fieldsOf({ tag, attributes, slots, parts, cssProperties }: PlaygroundData) {
  const values = (type = "") => [...type.matchAll(/"([^"]*)"/g)].map(([, value]) => value ?? "");
  return {
    Attributes: attributes
      .filter(({ name }) => !left.has(name) && !(name === "src" && tag !== "voice-call"))
      .map(({ name, type, default: usual }): Field => {
        const field = { name: `attribute ${name}`, label: name };
        if (name === "src") return { ...field, options: ["/rtvbp/echo", "/rtvbp/ivr", "/rtvbp/talker"] };
        if (name === "lang") return { ...field, options: languages };
        if (type?.text === "boolean") return { ...field, flag: true };
        const options = values(type?.text).filter((value) => JSON.stringify(value) !== usual);
        return options.length > 0 ? { ...field, options: ["", ...options] } : field;
      }),
    Slots: slots.map(({ name }): Field => ({ name: `slot ${name}`, label: name || "(default)" })),
    Looks: [
      ...(parts.length > 0 ? [{ name: "part", label: "Outline a part", options: ["", ...parts] }] : []),
      ...cssProperties.map((name): Field => ({ name: `look ${name}`, label: name })),
    ],
  } satisfies Record<string, readonly Field[]>;
}

/** Fills the form: a group each, the looks folded in since they are many. */
export function fillControls(form: HTMLFormElement, data: PlaygroundData): void {
  for (const [title, fields] of Object.entries(fieldsOf(data))) {
    if (fields.length === 0) continue;
    const group = document.createElement("details");
    group.open = title === "Attributes";
    const summary = document.createElement("summary");
    summary.textContent = title;
    const inside = document.createElement("div");
    inside.className = "fields";
    inside.append(...fields.map(control));
    group.append(summary, inside);
    form.append(group);
  }
}

function control({ name, label, options, flag }: Field): HTMLLabelElement {
  const element = document.createElement("label");
  const input = document.createElement(options ? "select" : "input");
  input.name = name;
  if (input instanceof HTMLSelectElement) {
    input.append(...(options ?? []).map((value) => new Option(value || "–", value)));
  } else {
    input.type = flag ? "checkbox" : "text";
    input.autocomplete = "off";
    input.spellcheck = false;
  }
  element.className = flag ? "flag" : "";
  element.append(...(flag ? [input, label] : [label, input]));
  return element;
}
