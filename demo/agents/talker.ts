import { type ClearResult, SpeechDetector, type VoiceSession } from "voicebridge/node";
import type { Agent } from "./agent.ts";
import { type Prompt, prompt, soundOf } from "./prompts.ts";

/** Generated speech comes faster than it is played: so does ours. */
const sendSpeed = 5;
/** Shorter sounds are a cough, not an utterance. */
const minSpeechMs = 200;
/** Kept in the books. */
const maxClears = 20;
const speeches = ["talker-1", "talker-2"] as const;

/** What a clear found, as the voice side can read it from the variable `talker`. */
export interface TalkerBooks {
  readonly sentBytes: number;
  readonly clears: readonly ClearResult[];
}

/**
 * Answers with ten seconds of speech, sent much faster than real time: on connect, and after each utterance of the caller. Stops when the
 * caller speaks over it, or presses `*`; any other key makes it speak. Keeps exact books of what was sent, taken back and heard.
 */
export const talker: Agent = async (call) => {
  const detector = new SpeechDetector({ sampleRate: call.format.sampleRate });
  const speech = new Speech(call);
  // Nobody waits for these: the caller is listened to meanwhile.
  const begin = (work: Promise<void>): void => void work.catch(() => call.hangUp("the talker lost its voice"));
  call.on("dtmf", ({ digit }) => begin(digit === "*" ? speech.interrupt() : speech.next()));
  begin(speech.next());
  for await (const samples of call.samples()) {
    const change = detector.feed(samples);
    if (change?.type === "started") begin(speech.interrupt());
    if (change?.type === "ended" && change.speechMs >= minSpeechMs) {
      call.callerSaid(`(caller spoke ${(change.speechMs / 1000).toFixed(1)} s)`);
      begin(speech.next());
    }
  }
};

class Speech {
  readonly #call: VoiceSession;
  readonly #clears: ClearResult[] = [];
  #turn = 0;
  #saying: Prompt | undefined;

  constructor(call: VoiceSession) {
    this.#call = call;
  }

  /** Says the next speech, unless one is being heard. */
  async next(): Promise<void> {
    const call = this.#call;
    if (call.output.playing) return;
    const said = prompt(speeches[this.#turn++ % speeches.length]!);
    this.#saying = said;
    for (const sentence of sentences(said.text)) call.agentSays(sentence);
    const { complete } = await call.speak(soundOf(said, call.format), { speed: sendSpeed });
    if (complete) await this.#publish();
    await call.output.drained();
    if (this.#saying !== said) return; // interrupted
    this.#saying = undefined;
    call.agentSaid();
  }

  /** The caller speaks: takes back all that was not heard, and says how far the caller heard us. */
  async interrupt(): Promise<void> {
    const call = this.#call;
    const said = this.#saying;
    if (!said || !call.output.playing) return;
    this.#saying = undefined;
    call.speechStarted();
    const clear = await call.clear();
    this.#clears.push(clear);
    const share = clear.heardMs / ((said.sound.samples.length * 1000) / said.sound.sampleRate);
    call.agentSaid(heardPart(said.text, share));
    await this.#publish();
  }

  /** Where the caller's side, and a test, can read it. */
  async #publish(): Promise<void> {
    const books: TalkerBooks = { sentBytes: this.#call.output.sentBytes, clears: this.#clears.slice(-maxClears) };
    this.#call.toolCall("publish_books");
    await this.#call.setVariables({ talker: books });
  }
}

function sentences(text: string): string[] {
  return text.match(/[^.!?]+[.!?]+\s*/g) ?? [text];
}

/** The words of the first part of a text, by its length: nobody knows better without an alignment. */
function heardPart(text: string, share: number): string {
  const words = text.split(" ");
  const heard = words.slice(0, Math.round(words.length * Math.min(1, share)));
  return heard.length < words.length ? `${heard.join(" ")} …` : text;
}
