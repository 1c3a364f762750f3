import { vi } from "vitest";
import type { CallLineHost } from "../../../../lib/call/call-line.ts";
import { type CallState, move } from "../../../../lib/call/call-state.ts";
import type { Exchange } from "../../../../lib/call/client/exchange.ts";
import { PeerLeg } from "../../../../lib/call/client/peer-leg.ts";
import { PeerLine, type PeerLineOptions } from "../../../../lib/call/client/peer-line.ts";
import type { SignalMessage } from "../../../../lib/protocol/index.ts";

/** As much of a connection as lines need, so that a test says when what happens. The real one runs in the browser tests. */
class FakePeer {
  static readonly made: FakePeer[] = [];
  localDescription: { type: string; sdp: string } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  signalingState = "stable";
  connectionState = "new";
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: unknown = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: unknown = null;
  readonly sent: unknown[] = [];
  readonly #transceiver = {
    mid: "0",
    direction: "sendrecv",
    receiver: { track: { kind: "audio" } },
    sender: {
      dtmf: null,
      getParameters: () => ({ codecs: [{ mimeType: "audio/opus", clockRate: 48_000, channels: 2 }] }),
      replaceTrack: async (track: unknown) => void this.sent.push(track),
    },
  };

  constructor() {
    FakePeer.made.push(this);
  }

  addTransceiver() {
    queueMicrotask(() => this.onnegotiationneeded?.());
    return this.#transceiver;
  }

  getTransceivers() {
    return [this.#transceiver];
  }

  async setLocalDescription(): Promise<void> {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.localDescription = { type, sdp: "v=0" };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    this.#look();
  }

  async setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    this.#look();
  }

  async addIceCandidate(): Promise<void> {}
  async getStats(): Promise<Map<string, unknown>> {
    return new Map();
  }
  restartIce(): void {}

  is(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  close(): void {
    this.connectionState = "closed";
  }

  #look(): void {
    if (this.signalingState === "stable" && this.localDescription && this.remoteDescription) {
      queueMicrotask(() => this.connectionState === "new" && this.is("connected"));
    }
  }
}

export const useFakePeers = (): void => {
  FakePeer.made.length = 0;
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("RTCRtpReceiver", {});
};

/** Everything that waits for nothing but its turn. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Hands messages from one to the other, at once, in words. */
export class Wire {
  readonly #phones = new Map<string, Phone>();
  /** Every message that was sent, as `alice>bob hold`. */
  readonly said: string[] = [];

  phone(id: string): Phone {
    const phone = new Phone(id, this);
    this.#phones.set(id, phone);
    return phone;
  }

  carry(from: string, message: SignalMessage): void {
    this.said.push(`${from}>${message.to} ${message.type}`);
    queueMicrotask(() => this.#phones.get(message.to ?? "")?.take({ ...message, from }));
  }
}

type Answer = (leg: PeerLeg, request: Extract<SignalMessage, { type: "call-request" }>) => void;

/** One page at the hub: its exchange, and one line. */
export class Phone {
  readonly exchange: Exchange & { online: boolean };
  readonly #routes = new Map<string, (message: SignalMessage) => void>();
  /** What its call was told. */
  readonly told: string[] = [];
  state: CallState = "initiating";
  line: PeerLine | undefined;
  /** Whose connection has the microphone, by their order, and what opening it waits for. */
  microphoneAt: number | undefined;
  microphone: () => Promise<void> = async () => {};
  answer: Answer = (leg) => this.open(leg);

  constructor(
    readonly id: string,
    wire: Wire,
  ) {
    this.exchange = {
      id,
      displayName: undefined,
      ringTimeoutMs: 30_000,
      online: true,
      send: (message) => wire.carry(id, message),
      attach: (callId, listener) => {
        this.#routes.set(callId, listener);
        return () => this.#routes.delete(callId);
      },
      iceServers: async () => [],
    };
  }

  open(towards: string | PeerLeg, options: Partial<PeerLineOptions> = {}): Promise<void> {
    const { exchange } = this;
    this.line = new PeerLine(this.#host, {
      ...{ exchange, towards, callIdOf: () => this.line?.callId },
      ...{ detectDtmf: false, dtmf: "words" }, // tones are made by a script that is loaded when nobody waits for it any more
      ...options,
    });
    const opened = this.line.open();
    opened.catch(() => {});
    return opened;
  }

  take(message: SignalMessage): void {
    const route = message.callId === undefined ? undefined : this.#routes.get(message.callId);
    if (route) route(message);
    else if (message.type === "call-request") {
      const { callId = "", from = "" } = message;
      this.answer(new PeerLeg(this.exchange, { callId, party: { id: from }, role: "callee" }), message);
    }
  }

  #to(state: CallState): void {
    if (state === this.state) throw new Error(`it is ${state} already`);
    this.state = move(this.state, state);
    this.told.push(state);
  }

  get #host(): CallLineHost {
    return {
      signal: new AbortController().signal,
      prepareTracks: async (tracks) => {
        await this.microphone();
        this.microphoneAt = FakePeer.made.findIndex(
          (peer) => peer.getTransceivers()[0]?.receiver.track === tracks.remoteTrack,
        );
        return { kind: "audio" } as MediaStreamTrack;
      },
      releaseAudio: () => {},
      progress: (state) => this.state !== state && this.#to(state),
      away: (why) => this.#to(why === "lost" ? "reconnecting" : "transferring"),
      back: () => this.#to("active"),
      over: ({ reason, by }) => void this.told.push(`over ${reason} by ${by}`),
      heldThere: (held) => void this.told.push(held ? "held" : "resumed"),
      pressed: (digit) => void this.told.push(`press ${digit}`),
      track: () => {},
      partyChanged: ({ id }) => void this.told.push(`party ${id}`),
    };
  }
}

/** Connections in the order in which they were made. */
export const peers = (): readonly { is(state: string): void; connectionState: string }[] => FakePeer.made;
