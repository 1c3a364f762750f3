import type { Call, Client } from "voicebridge";
import type { Program } from "./directory-panel.ts";

const programs = new WeakMap<Call, Program>();

export function rememberProgram(call: Call, program: Program): void {
  programs.set(call, program);
}

/** Undefined for calls with people. */
export const programOf = (call: Call): Program | undefined => programs.get(call);

/** What somebody calls themselves, as far as it is known. */
export function nameOfPerson({ id, displayName }: { id: string; displayName?: string }, client: Client): string {
  return displayName || client.presence.get(id)?.displayName || id;
}

/** Whom a call is with, for people to read. */
export function nameOfCall(call: Call, client: Client): string {
  return call.party ? nameOfPerson(call.party, client) : (programOf(call)?.name ?? "Program");
}
