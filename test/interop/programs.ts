import { describe } from "vitest";

/** A Go program of `go/`, as `run.mjs` found or built it. */
export interface Program {
  readonly name: string;
  /** Whether it is one of the deployed peers, or one of our own. */
  readonly deployed: boolean;
  /** Whether it negotiates a subprotocol: the oldest peer knows of none. */
  readonly negotiates: boolean;
  /** What carries the sound. */
  readonly media: "websocket" | "webrtc";
  /** The executable; undefined where `missing` or `broken` says why there is none. */
  readonly path?: string;
  readonly missing?: string;
  readonly broken?: string;
}

export const programs = JSON.parse(process.env.INTEROP_PROGRAMS ?? "[]") as readonly Program[];
if (programs.length === 0) throw new Error("Run this by `npm run test:interop`: it builds the programs first.");

export const overWebRtc = ({ media }: Program): boolean => media === "webrtc";

/** The same tests for every program that carries sound in WebSocket messages, or for those that are told: skipped where a program cannot be had, failed where it cannot be built. */
export function describeEach(
  title: string,
  tests: (program: Program) => void,
  runs = (program: Program) => !overWebRtc(program),
): void {
  for (const program of programs.filter(runs)) {
    describe.skipIf(program.missing !== undefined)(`${title}: ${program.name}`, () => tests(program));
  }
}
