import type { Command } from "./command.ts";

const width = 26;

export function helpOf({ usage, summary, options }: Command): string {
  const lines = Object.entries({ ...options, help: { help: "this text" } }).map(([name, spec]) => {
    const { value, help } = spec as { readonly value?: string; readonly help: string };
    return `  ${`--${name}${value ? ` ${value}` : ""}`.padEnd(width)} ${help}`;
  });
  return `usage: voicebridge ${usage}\n${summary}\n\n${lines.join("\n")}`;
}

export function overview(commands: readonly Command[], version: string): string {
  const lines = commands.map(({ usage, summary }) => `  ${usage.padEnd(width + 8)} ${summary}`);
  return [
    `voicebridge ${version}`,
    "usage: voicebridge <command> [options]",
    "",
    ...lines,
    "",
    "voicebridge <command> --help tells its options.",
  ].join("\n");
}
