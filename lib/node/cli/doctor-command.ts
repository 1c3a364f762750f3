import type { Command } from "./command.ts";
import { connectionOf, connectionOptions, voiceUrl } from "./connection.ts";
import { type Check, diagnose } from "./diagnosis.ts";
import { theOne } from "./parse-input.ts";

/** `voicebridge doctor`: what is wrong with a voice server, and what to do. */
export const doctorCommand: Command = {
  name: "doctor",
  summary: "check a voice server step by step: what is wrong, and what to do",
  usage: "doctor URL",
  options: { ...connectionOptions, json: { help: "one line of JSON" } },
  async run(input, io) {
    const url = voiceUrl(theOne(input, "address"));
    const json = input.has("json");
    const application = input.text("application");
    const options = { ...connectionOf(input, url), url, ...(application !== undefined && { application }) };
    const checks: Check[] = [];
    for await (const check of diagnose(options, io.signal)) {
      checks.push(check);
      if (json) continue;
      io.out(`${check.verdict.padEnd(5)} ${check.name.padEnd(11)} ${check.found}`);
      if (check.advice) io.out(`${" ".repeat(18)}→ ${check.advice}`);
    }
    if (json) io.out(JSON.stringify({ url: url.split("?")[0], checks }));
    return checks.some(({ verdict }) => verdict === "fail") ? 1 : 0;
  },
};
