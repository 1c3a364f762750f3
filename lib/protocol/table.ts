import type { Catalog, EventDefinition, Operation } from "./message.ts";
import { agentToolCall } from "./messages/agent-tool-call.ts";
import { applicationMove } from "./messages/application-move.ts";
import { audioBufferClear } from "./messages/audio-buffer-clear.ts";
import { audioInfo } from "./messages/audio-info.ts";
import { audioSpeechStarted } from "./messages/audio-speech-started.ts";
import { callHangup, callHangupEvent } from "./messages/call-hangup.ts";
import { dtmf } from "./messages/dtmf.ts";
import { ping } from "./messages/ping.ts";
import { recordingStart, recordingStop } from "./messages/recording.ts";
import { sessionInitialize } from "./messages/session-initialize.ts";
import { sessionTerminate } from "./messages/session-terminate.ts";
import { sessionUpdated } from "./messages/session-updated.ts";
import { sessionGet, sessionSet } from "./messages/session-variables.ts";
import { inputTranscript, outputTranscriptDelta, outputTranscriptDone } from "./messages/transcripts.ts";

/** Every operation, by the method on the wire. */
export const operations = {
  "session.initialize": sessionInitialize,
  "session.terminate": sessionTerminate,
  "application.move": applicationMove,
  "call.hangup": callHangup,
  "audio.buffer.clear": audioBufferClear,
  "session.set": sessionSet,
  "session.get": sessionGet,
  "recording.start": recordingStart,
  "recording.stop": recordingStop,
  ping,
} as const;

/** Every event, by its name on the wire. */
export const events = {
  "session.updated": sessionUpdated,
  dtmf,
  "call.hangup": callHangupEvent,
  "audio.info": audioInfo,
  "audio.speech.started": audioSpeechStarted,
  "agent.tool.call": agentToolCall,
  "input.transcript": inputTranscript,
  "output.transcript.delta": outputTranscriptDelta,
  "output.transcript.done": outputTranscriptDone,
} as const;

/** What RTVBP peers say to each other: all operations and events, by their names on the wire. */
export const babelforceV1: Catalog = { name: "babelforce.v1", operations, events };

/** The name of an operation on the wire, such as `session.initialize`. */
export type Method = keyof typeof operations;
/** What a request of this method carries. */
export type Params<M extends Method> = (typeof operations)[M] extends Operation<infer P, infer _> ? P : never;
/** What the answer to this method carries. */
export type Result<M extends Method> = (typeof operations)[M] extends Operation<infer _, infer R> ? R : never;

/** The name of an event on the wire, such as `dtmf`. */
export type EventName = keyof typeof events;
/** What an event of this name carries. */
export type EventData<E extends EventName> = (typeof events)[E] extends EventDefinition<infer D> ? D : never;
