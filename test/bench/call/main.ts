import { cpus } from "node:os";
import { openHost } from "./host.ts";
import { help, type Options, readOptions } from "./options.ts";
import { launchBrowser } from "./paths.ts";
import { missedGoals, type Report, rowText, toJson, toText } from "./report.ts";
import type { RowResult, Setting } from "./row.ts";
import { measureAliasing } from "./rows/aliasing.ts";
import { measureClear } from "./rows/clear.ts";
import { measureCpu } from "./rows/cpu.ts";
import { measureDelayAndFreeze } from "./rows/delay-and-freeze.ts";
import { startFlood } from "./rows/flood.ts";
import { measureHeap } from "./rows/heap.ts";
import { measureMessages } from "./rows/messages.ts";
import { measureStalls } from "./rows/stalls.ts";
import { measureSteady } from "./rows/steady.ts";
import { microphone } from "./spoken-sound.ts";

async function measure({ rows, quick, calls }: Options): Promise<Report> {
  const progress = (text: string): void => void process.stderr.write(`bench:call ${text}\n`);
  progress("making speech (kept in build/speech)");
  const browser = await launchBrowser(microphone());
  const host = await openHost();
  const setting: Setting = { browser, host, quick, calls, progress };
  const results: RowResult[] = [];
  const startedMs = performance.now();
  /** What was found so far is not lost when somebody stops the bench. */
  const finish = (...found: readonly (RowResult | undefined)[]): void => {
    for (const row of found) {
      if (!row) continue;
      results.push(row);
      progress(`[${((performance.now() - startedMs) / 1000).toFixed(0)} s] ${rowText(row)}`);
    }
  };
  try {
    if (rows.has("delay") || rows.has("freeze")) {
      const { delay, freeze } = await measureDelayAndFreeze(setting, rows.has("freeze"));
      finish(rows.has("delay") ? delay : undefined, freeze);
    }
    if (rows.has("steady")) finish(await measureSteady(setting));
    if (rows.has("stalls")) finish(await measureStalls(setting));
    if (rows.has("cpu")) finish(await measureCpu(setting));
    if (rows.has("heap")) finish(await measureHeap(setting));
    // 80 s of listening, in which the machine has little to do.
    const flood = rows.has("flood") ? await startFlood(setting) : undefined;
    if (rows.has("clear")) finish(await measureClear(setting));
    if (rows.has("messages")) finish(await measureMessages(setting));
    if (rows.has("aliasing")) finish(await measureAliasing(setting));
    finish(await flood?.heard());
    const machine = {
      browser: browser.version(),
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      node: process.versions.node,
    };
    return { machine, quick, calls, rows: results };
  } finally {
    await browser.close();
    await host.close();
  }
}

/** Undefined, with the exit code set, where there is nothing to measure. */
function optionsOrHelp(): Options | undefined {
  try {
    const options = readOptions(process.argv.slice(2));
    if (!options) console.log(help);
    return options;
  } catch (error) {
    console.error(`bench:call: ${(error as Error).message}`);
    process.exitCode = 2;
    return undefined;
  }
}

const options = optionsOrHelp();
if (options) {
  const report = await measure(options);
  console.log(options.json ? toJson(report) : toText(report));
  process.exitCode = missedGoals(report).length > 0 ? 1 : 0;
}
