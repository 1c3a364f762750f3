import { readFileSync } from "node:fs";
import type { NodeWebSocketOptions } from "../connect-node-websocket.ts";
import { CommandError, type CommandInput, type OptionTable, UsageError } from "./command.ts";

/** Options of everything that dials. */
export const connectionOptions: OptionTable = {
  bearer: { value: "TOKEN", help: "credential, sent as Authorization: Bearer (or VOICEBRIDGE_BEARER)" },
  header: {
    value: "NAME:VALUE",
    help: "header of the upgrade, for example Origin: https://…; may be repeated",
    many: true,
  },
  ca: { value: "FILE", help: "certificate to trust (PEM), for servers with one of their own" },
  profile: {
    value: "TOKEN",
    help: "rtvbp.v1, the default, or none: offer none, for servers that know no subprotocols",
  },
  codec: { value: "NAME/RATE", help: "codec to offer, for example PCMU/8000; default: all of them", many: true },
  application: { value: "ID", help: "what the call asks for" },
};

/** The address of a voice server. Throws `UsageError`. */
export function voiceUrl(word: string): string {
  const whole = /^[a-z]+:\/\//i.test(word) ? word : `ws://${word}`;
  if (!URL.canParse(whole))
    throw new UsageError(`"${word}" is no address. An address is like ws://localhost:8080/echo.`);
  const url = new URL(whole);
  const protocol = { "ws:": "ws:", "wss:": "wss:", "http:": "ws:", "https:": "wss:" }[url.protocol];
  if (!protocol) throw new UsageError(`A voice server is dialled by ws:// or wss://, not by ${url.protocol}//.`);
  return protocol + whole.slice(whole.indexOf("//"));
}

export function connectionOf(input: CommandInput, url: string): NodeWebSocketOptions & { codecs?: string[] } {
  const bearer = input.text("bearer") ?? process.env.VOICEBRIDGE_BEARER;
  const ca = input.text("ca");
  const codecs = input.texts("codec").map((name) => (name.split("/").length === 2 ? `${name}/1` : name));
  const profile = input.text("profile") ?? "rtvbp.v1";
  if (profile !== "rtvbp.v1" && profile !== "none") throw new UsageError("--profile is rtvbp.v1 or none.");
  const headers = input.texts("header").map((header): [string, string] => {
    const at = header.indexOf(":");
    if (at < 1) throw new UsageError(`--header is NAME:VALUE, not "${header}".`);
    return [header.slice(0, at).trim(), header.slice(at + 1).trim()];
  });
  return {
    url,
    profiles: profile === "none" ? [] : [profile],
    ...(bearer !== undefined && { bearer }),
    ...(ca !== undefined && { ca: readInput(ca) }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    ...(codecs.length > 0 && { codecs }),
  };
}

/** A file that was named on the command line. Throws `CommandError`. */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, { cause: error });
  }
}
