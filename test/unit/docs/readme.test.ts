import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { place, root, typeErrors } from "./guide.ts";

/** What the snippets take for granted: things of the reader's own. */
const given = `declare global {
  const button: HTMLButtonElement;
  const call: import("voicebridge").Call;
  const client: import("voicebridge").Client;
  const calls: import("voicebridge").Call[];
  const agentCall: import("voicebridge").Call;
  const personCall: import("voicebridge").Call;
  function ring(incoming: import("voicebridge").IncomingCall): void;
  function show(id: string | undefined): void;
}`;

it("the README shows TypeScript that is right", () => {
  const folder = place("readme");
  const text = readFileSync(join(root, "README.md"), "utf8");
  const blocks = [...text.matchAll(/^```(ts)\n(.*?)^```$/gms)];
  expect(blocks.length).toBeGreaterThanOrEqual(10);
  for (const [i, [, language, block = ""]] of blocks.entries()) {
    const whole = block.replaceAll(", …", ""); // what stands for "and so on"
    writeFileSync(join(folder, `block-${i + 1}.${language}`), `${whole}\nexport {};\n`);
  }
  expect(typeErrors(folder, given)).toBe("");
}, 120_000);
