import { resolve } from "node:path";
import { build } from "esbuild";
import type { CaptureSetup, MixerSetup, ProcessorSetup } from "../../../worklets/messages.ts";

/** What Web Audio calls on a processor. */
export interface Processor {
  readonly port: MessagePort;
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

/** A processor with the page's end of its port. */
export interface RunningProcessor {
  readonly processor: Processor;
  /** Messages to the page so far. */
  readonly messages: { readonly type: string; readonly [field: string]: unknown }[];
  post(message: unknown, transfer?: MessagePort[]): void;
}

/** Names that an AudioWorkletGlobalScope does not have, and Node does. */
const absent = ["TextDecoder", "TextEncoder", "atob", "btoa", "performance", "setTimeout", "setInterval", "console"];
const alsoAbsent = [
  "clearTimeout",
  "clearInterval",
  "fetch",
  "MessageChannel",
  "process",
  "Buffer",
  "crypto",
  "window",
];

export type WorkletEntry = "index.ts" | "mixer.ts";

const scripts = new Map<WorkletEntry, Promise<string>>();

/** A worklet script as it is shipped, but not minified. */
function bundle(entry: WorkletEntry): Promise<string> {
  const script =
    scripts.get(entry) ??
    build({
      entryPoints: [resolve(import.meta.dirname, "../../../worklets", entry)],
      bundle: true,
      format: "iife",
      target: "es2022",
      write: false,
      logLevel: "error",
    }).then(({ outputFiles }) => outputFiles[0]!.text);
  scripts.set(entry, script);
  return script;
}

/** An AudioWorkletGlobalScope in this thread under a simulated clock. Time passes when `advance` says so. */
export class WorkletScope {
  readonly #constructors = new Map<string, new (options: unknown) => Processor>();
  readonly #ports: MessagePort[] = [];
  #nextPort: MessagePort | undefined;
  readonly sampleRate: number;
  currentFrame = 0;

  private constructor(sampleRate: number) {
    this.sampleRate = sampleRate;
  }

  static async open(sampleRate: number, entry: WorkletEntry = "index.ts"): Promise<WorkletScope> {
    const scope = new WorkletScope(sampleRate);
    const nextPort = () => scope.#nextPort;
    const globals: Record<string, unknown> = {
      get currentTime() {
        return scope.currentTime;
      },
      sampleRate,
      Date: { now: () => scope.nowMs },
      registerProcessor: (name: string, processor: new (options: unknown) => Processor) =>
        scope.#constructors.set(name, processor),
      AudioWorkletProcessor: class {
        readonly port = nextPort();
      },
    };
    for (const name of [...absent, ...alsoAbsent]) globals[name] = undefined;
    // Sloppy on purpose: `with` puts these names before Node's own, getters included.
    new Function("globals", `with (globals) { ${await bundle(entry)} }`)(globals);
    return scope;
  }

  get currentTime(): number {
    return this.currentFrame / this.sampleRate;
  }

  /** What `Date.now()` says inside. */
  get nowMs(): number {
    return 1_750_000_000_000 + Math.floor(this.currentTime * 1000);
  }

  create(name: string, processorOptions: ProcessorSetup | CaptureSetup | MixerSetup): RunningProcessor {
    const Registered = this.#constructors.get(name);
    if (!Registered) throw new Error(`${name} is not registered`);
    const { port1, port2 } = new MessageChannel();
    this.#nextPort = port1;
    const messages: RunningProcessor["messages"] = [];
    port2.onmessage = ({ data }) => messages.push(data);
    this.#ports.push(port1, port2);
    const processor = new Registered({ processorOptions });
    return { processor, messages, post: (message, transfer = []) => port2.postMessage(message, transfer) };
  }

  close(): void {
    for (const port of this.#ports) port.close();
  }
}

/** Lets messages under way arrive: a port delivers in a task of its own. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
