import type { SetupReply } from "../../worklets/messages.ts";
import { AudioError } from "./audio-error.ts";

/** How long a processor may take to compile the core and say so. */
const SETUP_DEADLINE_MS = 10_000;

export type SetupFailure = Extract<SetupReply, { readonly type: "failed" }>;

interface Pending {
  resolve(reply: never): void;
  reject(error: AudioError): void;
}

/**
 * The page's side of one processor: its node, and requests that are answered by messages with the same `id`.
 * `Answers` names the answer to each request that has one; whatever else comes goes to `onReport`.
 */
export class ProcessorNode<
  Request extends { readonly type: string },
  Reply extends { readonly type: string },
  Answers extends { readonly [type in Request["type"]]?: unknown },
> {
  readonly node: AudioWorkletNode;
  /** Resolves when the core runs; rejects with `AudioError` where it does not. */
  readonly ready: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  readonly #explain: (failure: SetupFailure) => AudioError | Promise<AudioError>;
  readonly #onReport: (report: Exclude<Reply, SetupReply>) => void;
  #nextId = 1;
  #closed = false;
  #setup: { resolve(): void; reject(error: AudioError): void } | undefined;

  constructor(
    context: BaseAudioContext,
    name: string,
    options: AudioWorkletNodeOptions,
    explain: (failure: SetupFailure) => AudioError | Promise<AudioError>,
    onReport: (report: Exclude<Reply, SetupReply>) => void,
  ) {
    this.#explain = explain;
    this.#onReport = onReport;
    this.node = new AudioWorkletNode(context, name, options);
    this.ready = new Promise<void>((resolve, reject) => {
      this.#setup = { resolve, reject };
    });
    const deadline = setTimeout(() => this.#abandon("The audio thread does not answer."), SETUP_DEADLINE_MS);
    this.ready.finally(() => clearTimeout(deadline)).catch(() => {});
    this.node.onprocessorerror = () => this.#abandon("The audio processor failed.");
    this.node.port.onmessage = ({ data }: MessageEvent<Reply>) => this.#receive(data);
  }

  send(request: Request, transfer: Transferable[] = []): void {
    if (!this.#closed) this.node.port.postMessage(request, transfer);
  }

  /** Sends `request` with an `id` and resolves with its answer. Rejects with `audio-closed` when this closes first. */
  ask<Type extends keyof Answers & string>(
    request: Omit<Extract<Request, { readonly type: Type }>, "id"> & { readonly type: Type },
  ): Promise<Answers[Type]> {
    if (this.#closed) return Promise.reject(closedError());
    const id = this.#nextId++;
    return new Promise<Answers[Type]>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (reply: never) => void, reject });
      this.node.port.postMessage({ ...request, id });
    });
  }

  /** Idempotent. The processor ends; nothing is pending afterwards. */
  close(): void {
    if (this.#closed) return;
    this.node.port.postMessage({ type: "stop" });
    this.#closed = true;
    this.node.onprocessorerror = null;
    this.node.port.onmessage = null;
    this.node.port.close();
    this.node.disconnect();
    this.#fail(closedError());
  }

  #receive(message: Reply | SetupReply): void {
    const { id } = message as { readonly id?: number };
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id !== undefined && pending) {
      this.#pending.delete(id);
      pending.resolve(message as never);
    } else if (message.type === "ready") {
      this.#setup?.resolve();
    } else if (message.type === "failed") {
      const { message: text } = message as SetupFailure;
      Promise.resolve(this.#explain(message as SetupFailure)).then(
        (error) => this.#setup?.reject(error),
        () => this.#abandon(text), // what explains it could not be loaded
      );
    } else {
      this.#onReport(message as Exclude<Reply, SetupReply>);
    }
  }

  #abandon(message: string): void {
    this.#fail(new AudioError("audio-core", message));
  }

  #fail(error: AudioError): void {
    this.#setup?.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

function closedError(): AudioError {
  return new AudioError("audio-closed", "The audio of this call is closed.");
}
