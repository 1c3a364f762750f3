import type { OpenCall } from "./open-call.ts";
import { recordTrack } from "./recording.ts";

export type NativeCodec = "PCMU" | "opus";

/** One end of a call by the browser's own means; the bench carries the descriptions from page to page. */
export class NativeCaller {
  readonly #connection = new RTCPeerConnection();
  readonly #heard = new Audio();
  readonly #track: Promise<MediaStreamTrack>;

  constructor(microphone: MediaStream, codec: NativeCodec) {
    const [track] = microphone.getAudioTracks();
    const transceiver = this.#connection.addTransceiver(track!, { direction: "sendrecv", streams: [microphone] });
    const { codecs } = RTCRtpSender.getCapabilities("audio")!;
    transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === `audio/${codec}`));
    this.#track = new Promise((resolve) => {
      this.#connection.ontrack = ({ track }) => resolve(track);
    });
  }

  async offer(): Promise<string> {
    await this.#connection.setLocalDescription();
    return gathered(this.#connection);
  }

  async accept(answer: string): Promise<OpenCall> {
    await this.#connection.setRemoteDescription({ type: "answer", sdp: answer });
    const track = await this.#track;
    this.#heard.srcObject = new MediaStream([track]);
    await this.#heard.play();
    await connected(this.#connection);
    return {
      recordHeard: async () => recordTrack(track),
      stats: async () => ({}),
      close: async () => {
        this.#heard.srcObject = null;
        this.#connection.close();
      },
    };
  }
}

/** Sends back what it receives: the track that comes is the track that goes. */
export class NativeEcho {
  readonly #connection = new RTCPeerConnection();
  /** Chromium decodes what somebody listens to. */
  readonly #listener = Object.assign(new Audio(), { muted: true });

  async answer(offer: string): Promise<string> {
    this.#connection.ontrack = ({ transceiver, track }) => {
      this.#listener.srcObject = new MediaStream([track]);
      void this.#listener.play();
      transceiver.direction = "sendrecv";
      void transceiver.sender.replaceTrack(track);
    };
    await this.#connection.setRemoteDescription({ type: "offer", sdp: offer });
    await this.#connection.setLocalDescription();
    return gathered(this.#connection);
  }

  /** Of the microphone at the other end. */
  async receivedPackets(): Promise<number> {
    const reports = [...((await this.#connection.getStats()) as unknown as Map<string, { type: string }>).values()];
    const inbound = reports.filter(({ type }) => type === "inbound-rtp") as { type: string; packetsReceived: number }[];
    return inbound[0]?.packetsReceived ?? 0;
  }
}

async function gathered(connection: RTCPeerConnection): Promise<string> {
  while (connection.iceGatheringState !== "complete") {
    await new Promise((resolve) => connection.addEventListener("icegatheringstatechange", resolve, { once: true }));
  }
  return connection.localDescription!.sdp;
}

async function connected(connection: RTCPeerConnection): Promise<void> {
  while (connection.connectionState !== "connected") {
    if (connection.connectionState === "failed") throw new Error("the peer connection failed");
    await new Promise((resolve) => connection.addEventListener("connectionstatechange", resolve, { once: true }));
  }
}
