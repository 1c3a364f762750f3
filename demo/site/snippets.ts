import type { Choices } from "./choices.ts";
import { copy, copyOutcome } from "./copy.ts";

export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly code: string;
}

/** The code of the page for these choices. */
export function snippetsFor(address: string, { agent, codec, lang }: Choices): readonly Snippet[] {
  const attributes = [
    `src="${address}"`,
    ...(codec ? [`codecs="${codec}"`] : []),
    ...(lang === "en" ? [] : [`lang="${lang}"`]),
  ];
  const tag = `<voice-call ${attributes.join(" ")}></voice-call>`;
  const options = [`src: "${address}"`, ...(codec ? [`codecs: ["${codec}"]`] : [])].join(", ");
  return [
    {
      id: "script",
      title: "Script tag",
      code: `<script src="voicebridge.iife.js"></script>\n\n${tag}`,
    },
    {
      id: "esm",
      title: "ES module",
      code: `<script type="module">\n  import "voicebridge/elements";\n\n  document.querySelector("voice-call")\n    .addEventListener("voice-ended", ({ detail }) => console.log(detail.end));\n</script>\n\n${tag}`,
    },
    {
      id: "headless",
      title: "Without elements",
      code: `import { Call } from "voicebridge";\n\nconst call = new Call({ ${options} });\ncall.addEventListener("caption", ({ caption }) => console.log(caption.text));\ncall.addEventListener("ended", ({ end }) => console.log(end.by, end.reason));\n\nbutton.onclick = () => call.start();`,
    },
    {
      id: "node",
      title: "The answering side, in Node",
      code: `import { createVoiceServer } from "voicebridge/node";\n\ncreateVoiceServer({\n  port: 8080,\n  path: "/rtvbp/${agent}",\n  allowedOrigins: ["https://example.com"],\n  onCall: async (call) => {\n    for await (const frame of call.audio) call.output.send(frame);\n  },\n});`,
    },
  ];
}

/** Shows the snippets, each with a button that copies it. */
export class SnippetList {
  readonly #codes = new Map<string, HTMLElement>();

  constructor(private readonly parent: HTMLElement) {}

  show(snippets: readonly Snippet[]): void {
    for (const snippet of snippets) {
      const code = this.#codes.get(snippet.id) ?? this.#add(snippet);
      code.textContent = snippet.code;
    }
  }

  #add({ id, title }: Snippet): HTMLElement {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const heading = document.createElement("h3");
    heading.textContent = title;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${title}`);
    button.dataset.testid = `copy-${id}`;
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    const pre = document.createElement("pre");
    pre.tabIndex = 0;
    pre.setAttribute("aria-label", title);
    pre.setAttribute("role", "region");
    const code = document.createElement("code");
    code.dataset.testid = `code-${id}`;
    button.addEventListener("click", async () => {
      status.textContent = copyOutcome(await copy(code));
    });
    caption.append(heading, status, button);
    pre.append(code);
    figure.append(caption, pre);
    this.parent.append(figure);
    this.#codes.set(id, code);
    return code;
  }
}
