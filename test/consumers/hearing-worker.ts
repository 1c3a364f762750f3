// A thread that compares sounds: the agent answers on the main one, and may not be kept waiting.
import { parentPort } from "node:worker_threads";
import type { Sound } from "../support/wav.ts";
import { correlationOf } from "./hearing.ts";

export interface Question {
  readonly heard: Sound;
  readonly microphone: string;
}

parentPort?.on("message", ({ heard, microphone }: Question) =>
  parentPort?.postMessage(correlationOf(heard, microphone)),
);
