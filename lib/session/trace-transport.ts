import type { MediaEnds, TextMessage, Transport, TransportClose, TransportListener } from "../transport/transport.ts";

/** A media frame that passed; `data` is a copy, and there only where the witness keeps sound. */
export interface WitnessedFrame {
  readonly bytes: number;
  readonly data: Uint8Array | undefined;
}

/** Hears what passes through a transport, as it passes. */
export interface TransportWitness {
  readonly keepsAudio: boolean;
  sentText(text: string): void;
  receivedText(message: TextMessage): void;
  sentFrame(frame: WitnessedFrame, accepted: boolean): void;
  receivedFrame(frame: WitnessedFrame, receivedAt: number): void;
  /** From here frames go past this thread; only `stats` of the transport still counts them. */
  mediaConnected(): void;
  closed(close: TransportClose): void;
}

/** The same transport, whatever it can do, with somebody looking on. Changes nothing that it does. */
export function witnessTransport<T extends Transport>(transport: T, witness: TransportWitness): T {
  const note = (frame: Uint8Array): WitnessedFrame => ({
    bytes: frame.byteLength,
    data: witness.keepsAudio ? frame.slice() : undefined,
  });
  const witnessed: Partial<Record<PropertyKey, unknown>> = {
    listen(listener: TransportListener): void {
      transport.listen({
        text: (message) => {
          witness.receivedText(message);
          listener.text(message);
        },
        ...(listener.frame && {
          frame: (frame: Uint8Array, receivedAt: number) => {
            witness.receivedFrame(note(frame), receivedAt);
            listener.frame?.(frame, receivedAt);
          },
        }),
        close: (close) => {
          witness.closed(close);
          listener.close(close);
        },
      });
    },
    sendText(text: string): void {
      transport.sendText(text);
      witness.sentText(text);
    },
    sendFrame(frame: Uint8Array): boolean {
      const noted = note(frame); // the bytes are the transport's from there on
      const accepted = transport.sendFrame(frame);
      witness.sentFrame(noted, accepted);
      return accepted;
    },
    connectMedia(ends: MediaEnds): void {
      transport.connectMedia(ends);
      witness.mediaConnected();
    },
  };
  return new Proxy(transport, {
    get(target, key) {
      if (Object.hasOwn(witnessed, key)) return witnessed[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
