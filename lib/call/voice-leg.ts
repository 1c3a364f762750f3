import type { MediaEnds, MediaTracks } from "../audio/index.ts";
import { type Codec, type EventData, type EventName, type Params, parseCodec } from "../protocol/index.ts";
import { type Clock, Session, type SessionEnd, type SessionTap } from "../session/index.ts";
import { type Connect, hasTracks, type Transport, type TransportStats } from "../transport/index.ts";

/** Between two `audio.info` events, milliseconds (RTVBP). */
const AUDIO_INFO_MS = 5000;

/** What the application may ask of a call. */
export interface VoiceLegHost {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The codec is agreed: makes the audio ready, and says where its frames come from and go. */
  prepareAudio(codec: Codec): Promise<MediaEnds>;
  /** The same where media are tracks: returns the track to be sent. */
  prepareTracks(tracks: MediaTracks): Promise<MediaStreamTrack>;
  /** Nobody takes those frames, or that track, any more. */
  releaseAudio(): void;
  /** Takes back what arrived before this media position and was not played. Returns the exact bytes. */
  clearAudio(positionBytes: number): Promise<number>;
  setVariables(data: Readonly<Record<string, unknown>>): void;
  getVariables(keys: readonly string[]): Record<string, unknown>;
  startRecording(tags: readonly string[]): Promise<string>;
  stopRecording(id: string): Promise<void>;
  /** The application wants the call to go on elsewhere. Returns where it will, as far as it is known. */
  moveTo(applicationId: string | undefined): string | undefined;
  heard<E extends EventName>(name: E, data: EventData<E>): void;
  legEnded(leg: VoiceLeg, end: SessionEnd): void;
}

export interface VoiceLegOptions {
  readonly connect: Connect;
  readonly application: string;
  readonly call: Params<"session.initialize">["call"];
  readonly codecs: readonly Codec[];
  readonly metadata: Params<"session.initialize">["metadata"];
  readonly tap: SessionTap | undefined;
}

const heardEvents = [
  "audio.speech.started",
  "agent.tool.call",
  "input.transcript",
  "output.transcript.delta",
  "output.transcript.done",
] as const satisfies readonly EventName[];

/** One session of a call in the voice role: what the wire asks becomes what the call does. A call may have one after the other: see Line. */
export class VoiceLeg {
  readonly session: Session;
  readonly #host: VoiceLegHost;
  readonly #options: VoiceLegOptions;
  #transport: Transport | undefined;
  #tookAudio = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: VoiceLegHost, options: VoiceLegOptions) {
    this.#host = host;
    this.#options = options;
    this.session = new Session({
      role: "voice",
      transport: async (signal) => {
        this.#transport = await options.connect(signal);
        return this.#transport;
      },
      signal: host.signal,
      clock: host.clock,
      keepAlive: {},
      ...(options.tap && { tap: options.tap }),
    });
    this.#answer();
    this.session.addEventListener("ended", ({ end }) => {
      clearInterval(this.#timer);
      if (this.#tookAudio) host.releaseAudio();
      host.legEnded(this, end);
    });
  }

  /** Resolves when sound goes both ways. Rejects, with the leg ended and `legEnded` told, where that fails, or when `signal` aborts. */
  async open(signal: AbortSignal): Promise<Codec> {
    const { application, call, metadata } = this.#options;
    const giveUp = (): void => void this.session.close("aborted");
    signal.addEventListener("abort", giveUp);
    try {
      await this.session.start();
      const { transport } = this;
      const codecs = this.#codecs;
      let connectMedia: (() => unknown) | undefined;
      const codec = await this.session.initialize({
        application: { id: application },
        call,
        codecs: [...codecs],
        metadata,
        prepare: async (picked) => {
          if (!picked) return;
          this.#tookAudio = true;
          if (hasTracks(transport)) {
            const track = await this.#host.prepareTracks(transport);
            connectMedia = () => transport.sendTrack(track).catch(() => undefined); // closed meanwhile, and it said so
          } else {
            const ends = await this.#host.prepareAudio(picked);
            connectMedia = () => transport.connectMedia(ends);
          }
        },
      });
      if (!codec || !connectMedia) {
        await this.session.hangUp("no common codec");
        throw new NoCodecError(codecs);
      }
      // Behind `session.updated`: what was said before may come in one go, and the application takes sound only from there.
      connectMedia();
      this.#keepTime();
      return codec;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** What can be offered on this connection. */
  get #codecs(): readonly Codec[] {
    const { profile } = this.session;
    return profile.transport === "webrtc" ? profile.codecs.map(parseCodec) : this.#options.codecs;
  }

  /** Only of a connected leg. */
  get transport(): Transport {
    const transport = this.session.transport ?? this.#transport;
    if (!transport) throw new Error("The leg is not connected.");
    return transport;
  }

  stats(): Promise<TransportStats> {
    return this.transport.stats();
  }

  /** Of the last `ping`. */
  get rttMs(): number | undefined {
    return this.session.stats().rttMs;
  }

  #answer(): void {
    const { session } = this;
    const host = this.#host;
    session.handle("audio.buffer.clear", async (_params, { mediaBytes }) => ({
      len: await host.clearAudio(mediaBytes),
    }));
    session.handle("session.set", ({ data }) => host.setVariables(data));
    session.handle("session.get", ({ keys }) => host.getVariables(keys));
    session.handle("recording.start", async ({ tags }) => ({ id: await host.startRecording(tags ?? []) }));
    session.handle("recording.stop", ({ id }) => host.stopRecording(id));
    session.handle("call.hangup", () => ({}));
    session.handle("application.move", ({ application_id }) => {
      const next = host.moveTo(application_id);
      return next === undefined ? {} : { next_application_id: next };
    });
    for (const name of heardEvents) session.on(name, (data) => host.heard(name, data));
  }

  #keepTime(): void {
    let before = { read: 0, write: 0, at: performance.now() };
    const inform = async () => {
      const { receivedBytes: write, sentBytes: read } = await this.transport.stats();
      const at = performance.now();
      const direction = (total: number, was: number) => ({
        bytes: total - was,
        bytes_per_second: Math.round(((total - was) * 1000) / (at - before.at)),
        bytes_total: total,
      });
      this.session.emit("audio.info", { read: direction(read, before.read), write: direction(write, before.write) });
      before = { read, write, at };
    };
    this.#timer = setInterval(() => inform().catch(() => undefined), AUDIO_INFO_MS);
  }
}

/** The application picked none of the codecs. */
export class NoCodecError extends Error {
  readonly code = "protocol-codec";
  readonly action = "Offer a codec that the application speaks.";
  readonly fatal = true;
  constructor(offered: readonly Codec[]) {
    super(`The application took none of the codecs ${offered.map(({ id }) => id).join(", ")}.`);
  }
}
