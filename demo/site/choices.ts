import type { CodecPreference } from "voicebridge";

export const agents = {
  echo: "Say something: the echo agent sends every frame back as it came.",
  ivr: "A spoken menu. Press its keys on the keypad: 1 opening hours, 2 leave a message, 3 count, 4 the talker, 9 goodbye.",
  talker: "Ten seconds of speech come in one burst. Speak over it: it stops at once and learns how much you heard.",
} as const;

export type AgentName = keyof typeof agents;

const codecs: readonly CodecPreference[] = ["L16/8000", "L16/16000", "L16/24000", "PCMU", "PCMA", "G722"];

/** What a visitor chose; lives in the address of the page, so that it can be shared. */
export interface Choices {
  readonly agent: AgentName;
  /** Undefined: all, in the library's order. */
  readonly codec: CodecPreference | undefined;
  readonly lang: string;
  readonly theme: string;
}

export function readChoices(query: URLSearchParams): Choices {
  const agent = query.get("agent") ?? "";
  return {
    agent: agent in agents ? (agent as AgentName) : "echo",
    codec: codecs.find((codec) => codec === query.get("codec")),
    lang: query.get("lang") ?? "en",
    theme: query.get("theme") ?? "auto",
  };
}

/** Keeps what else the address says, such as `isolated`. */
export function writeChoices(query: URLSearchParams, { agent, codec, lang, theme }: Choices): URLSearchParams {
  const next = new URLSearchParams(query);
  const set = (name: string, value: string | undefined, usual: string) => {
    if (value === undefined || value === usual) next.delete(name);
    else next.set(name, value);
  };
  set("agent", agent, "");
  set("codec", codec, "");
  set("lang", lang, "en");
  set("theme", theme, "auto");
  return next;
}

/** Where an agent answers: the page's own origin. */
export function agentAddress(agent: string): string {
  const url = new URL(`/rtvbp/${encodeURIComponent(agent)}`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
