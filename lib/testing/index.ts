/** What an application's own tests need. Pages and Node; nothing happens when it is imported. What needs Node is in `voicebridge/testing/node`. */
export { type Clock, readTrace, SessionRecorder, type SessionRecorderOptions, type Trace } from "../session/index.ts";
export { type Match, TestPeerError } from "./event-log.ts";
export { FakeMicrophone, type FakeMicrophoneOptions } from "./fake-microphone.ts";
export type { FaultAction } from "./fault-log.ts";
export type { FaultHandle } from "./fault-scheduler.ts";
export {
  type Fault,
  type FaultDirection,
  type FaultPhase,
  FaultScriptError,
  type FaultTiming,
  type FaultType,
  faultGrammar,
  formatFaultPhase,
  parseFaultScript,
} from "./fault-script.ts";
export {
  createFaultyTransportPair,
  type FaultyLink,
  type FaultyLinkFlow,
  type FaultyPair,
  type FaultyPairOptions,
} from "./faulty-pair.ts";
export type { PeerCall, ToldEvent } from "./peer-call.ts";
export { seededRandom } from "./random.ts";
export type { ReplayDifference } from "./replay-compare.ts";
export type { ReplaySide } from "./replay-script.ts";
export { type LivePeer, type ReplayOptions, type ReplayReport, replayTrace } from "./replay-trace.ts";
export { SimulatedClock, settle } from "./simulated-clock.ts";
export { noiseSound, readWav, type Sound, SoundFileError, type ToneOptions, toneDb, toneSound } from "./sound.ts";
export { TestAudio } from "./test-audio.ts";
export { createTestPeer, type TestPeer, type TestPeerOptions } from "./test-peer.ts";
