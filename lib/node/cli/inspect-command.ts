import { writeFileSync } from "node:fs";
import { readTrace } from "../../session/index.ts";
import { type Command, CommandError } from "./command.ts";
import { readInput } from "./connection.ts";
import { theOne } from "./parse-input.ts";
import { traceLines, traceSummary } from "./trace-lines.ts";
import { traceWav } from "./trace-wav.ts";

/** `voicebridge inspect`: a recorded session, for people. */
export const inspectCommand: Command = {
  name: "inspect",
  summary: "print a recorded session: who said what when, and how the sound flowed",
  usage: "inspect FILE",
  options: {
    whole: { help: "control messages as a whole, not their beginning" },
    summary: { help: "the figures only" },
    wav: { value: "FILE", help: "write the sound of both sides, where it was recorded" },
    json: { help: "the figures as one line of JSON" },
  },
  async run(input, io) {
    const file = theOne(input, "file");
    const trace = readTrace(readInput(file).toString("utf8"));
    const summary = traceSummary(trace);
    if (input.has("json")) io.out(JSON.stringify(summary.figures));
    else {
      const lines = input.has("summary") ? [] : traceLines(trace, { whole: input.has("whole") });
      for (const line of [...lines, ...summary.lines]) io.out(line);
    }
    const wav = input.text("wav");
    if (wav !== undefined) {
      const bytes = traceWav(trace);
      if (!bytes) throw new CommandError("There is no sound in this trace: record it with audio: true.");
      writeFileSync(wav, bytes, { flag: "wx" });
    }
    return 0;
  },
};
