import { dtmfDigits } from "../../core/index.ts";
import { recordCall } from "../call-recording.ts";
import { SoundDecoder } from "../sound.ts";
import { placeCall, type VoiceCaller } from "../voice-caller.ts";
import { type CliIo, type Command, UsageError } from "./command.ts";
import { connectionOf, connectionOptions, voiceUrl } from "./connection.ts";
import { LevelMeter, levelBar } from "./level-meter.ts";
import { theOne } from "./parse-input.ts";
import { soundFile, speakInto, toneSound } from "./sound-source.ts";

const statusMs = 200;
const pingEvery = 10;
const tailMs = 2000;
const pauseMs = 1000;

/** `voicebridge call`: the voice side on a terminal. */
export const callCommand: Command = {
  name: "call",
  summary: "call a voice server: a file or a tone in, a file out, keys, level and round trip on the terminal",
  usage: "call URL",
  options: {
    ...connectionOptions,
    play: {
      value: "FILE",
      help: "WAV file to say; the call ends two seconds after it, unless --duration says otherwise",
    },
    tone: { value: "TONE", help: "tone to send: a frequency in Hz, a key, dial, ringback, busy or reorder" },
    record: { value: "FILE", help: "WAV file of both sides: what was sent on the left, what was heard on the right" },
    dtmf: { value: "KEYS", help: "keys to press, for example 1,2#; a comma waits a second" },
    duration: { value: "SECONDS", help: "hang up after so long; default: when the other side does, or Ctrl-C" },
    json: { help: "end with one line of JSON" },
  },
  async run(input, io) {
    const url = voiceUrl(theOne(input, "address"));
    const keys = input.text("dtmf") ?? "";
    for (const key of keys.toUpperCase()) {
      if (key !== "," && !dtmfDigits.includes(key)) throw new UsageError(`There is no key "${key}".`);
    }
    const [play, tone] = [input.text("play"), input.text("tone")];
    const once = play === undefined ? undefined : soundFile(play);
    const then = tone === undefined ? undefined : toneSound(tone);
    const durationS = input.number("duration", { min: 0.1, max: 86_400 });
    const application = input.text("application");
    const caller = await placeCall({
      ...connectionOf(input, url),
      ...(application !== undefined && { application }),
      signal: io.signal,
    });
    const { session } = caller;
    io.err(
      `connected to ${url.split("?")[0]}: ${session.profile.token}, ${caller.hasAudio ? caller.format.id : "no sound"}`,
    );
    listen(caller, io);
    const file = input.text("record");
    const recorder = file === undefined ? undefined : await recordCall(caller, { file });
    const hangUpAfter = (ms: number): void => {
      const timer = setTimeout(() => void caller.hangUp(), ms);
      void caller.ended.then(() => clearTimeout(timer));
    };
    if (durationS !== undefined) hangUpAfter(durationS * 1000);
    if (caller.hasAudio) {
      const onSaid = (): void => (once && durationS === undefined ? hangUpAfter(tailMs) : undefined);
      void speakInto(caller, { once, then }, onSaid);
    }
    void press(caller, keys);
    void obeyKeyboard(caller, io);
    const figures = await watch(caller, io);
    const end = await caller.ended;
    const recording = await recorder?.finished;
    io.err(`ended by ${end.by}: ${end.reason}`);
    if (recording) {
      io.err(`recorded ${(recording.durationMs / 1000).toFixed(1)} s to ${recording.file}`);
      if (recording.error !== undefined) io.err(`the disk failed: ${(recording.error as Error).message}`);
    }
    if (input.has("json")) io.out(JSON.stringify({ reason: end.reason, by: end.by, ...figures, recording }));
    return end.error === undefined && recording?.error === undefined ? 0 : 1;
  },
};

/** What is said and done, as lines. */
function listen(caller: VoiceCaller, io: CliIo): void {
  const { session } = caller;
  let agentText = "";
  session.on("input.transcript", ({ delta }) => io.out(`caller: ${delta}`));
  session.on("output.transcript.delta", ({ delta }) => {
    agentText += delta;
  });
  session.on("output.transcript.done", ({ text }) => {
    io.out(`agent:  ${(text ?? agentText).trim()}`);
    agentText = "";
  });
  session.on("agent.tool.call", ({ name }) => io.out(`agent uses ${name}`));
  session.on("audio.speech.started", ({ origin }) => io.out(`speech started (${origin})`));
}

async function press(caller: VoiceCaller, keys: string): Promise<void> {
  for (const key of keys.toUpperCase()) {
    if (key === ",") await new Promise((resolve) => setTimeout(resolve, pauseMs));
    else await caller.press(key);
  }
}

async function obeyKeyboard(caller: VoiceCaller, io: CliIo): Promise<void> {
  if (!io.keys) return;
  io.err("keys 0-9 * # are pressed in the call; q hangs up");
  for await (const key of io.keys) {
    if (key === "q") void caller.hangUp();
    else if (dtmfDigits.includes(key)) void caller.press(key);
  }
}

interface CallFigures {
  readonly durationMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly rttMs: number | undefined;
}

/** Shows levels and round trip until the call is over. */
async function watch(caller: VoiceCaller, io: CliIo): Promise<CallFigures> {
  const { session } = caller;
  const startedAt = performance.now();
  const [near, far] = [new LevelMeter(), new LevelMeter()];
  if (caller.hasAudio) {
    const [sent, heard] = [new SoundDecoder(caller.format), new SoundDecoder(caller.format)];
    caller.tapSound({
      caller: (bytes) => near.feed(sent.decode(bytes)),
      agent: (bytes) => far.feed(heard.decode(bytes)),
    });
    void drop(caller);
  }
  const elapsedS = (): number => (performance.now() - startedAt) / 1000;
  const rtt = (): number | undefined => session.stats().rttMs;
  const meter = (name: string, db: number): string => `${name} ${levelBar(db)} ${db.toFixed(0).padStart(3)} dB`;
  for (let turn = 0; session.state === "active"; turn++) {
    if (turn % pingEvery === 0) void caller.ping().catch(() => {});
    const time = `${Math.floor(elapsedS() / 60)}:${String(Math.floor(elapsedS() % 60)).padStart(2, "0")}`;
    io.status([time, meter("you", near.take()), meter("agent", far.take()), `rtt ${rtt() ?? "–"} ms`].join("  "));
    await Promise.race([caller.ended, new Promise((resolve) => setTimeout(resolve, statusMs))]);
  }
  const sentBytes = caller.hasAudio ? caller.output.sentBytes : 0;
  return { durationMs: Math.round(elapsedS() * 1000), sentBytes, receivedBytes: caller.receivedBytes, rttMs: rtt() };
}

/** The sound goes to the tap; nobody reads it a second time. */
async function drop(caller: VoiceCaller): Promise<void> {
  for await (const _ of caller.audio);
}
