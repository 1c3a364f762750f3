/** Bounds of one transport. Every queue has one; what exceeds it is refused and counted. */
export interface TransportLimits {
  /** A longer control message closes the transport with 1009. */
  readonly maxTextBytes: number;
  /** A longer media frame is discarded and counted. */
  readonly maxFrameBytes: number;
  /** Above this many bytes waiting in the socket, media frames are not sent but counted. Control messages always go. */
  readonly highWaterBytes: number;
  /** Media held while no reader is connected or the reader's ring is full; then the newest frames are dropped and counted. */
  readonly heldBytes: number;
  /** Control messages held before `listen`; more than that closes the transport with 1008. */
  readonly heldTexts: number;
  /** After this long without an answer to our closing handshake the connection is dropped. */
  readonly closeTimeoutMs: number;
}

/** A time as a timer takes it: 24.8 days at most, where a longer one would be over at once. */
export const timerMs = (ms: number): number => Math.min(ms, 2 ** 31 - 1);

export const defaultLimits: TransportLimits = {
  maxTextBytes: 1 << 20,
  maxFrameBytes: 1 << 20,
  highWaterBytes: 1 << 18,
  heldBytes: 1 << 22,
  heldTexts: 1024,
  closeTimeoutMs: 2000,
};

/** The defaults, with every limit that `options` sets. Other properties of `options` are ignored. */
export function limitsFrom(options: Partial<TransportLimits>): TransportLimits {
  return {
    maxTextBytes: options.maxTextBytes ?? defaultLimits.maxTextBytes,
    maxFrameBytes: options.maxFrameBytes ?? defaultLimits.maxFrameBytes,
    highWaterBytes: options.highWaterBytes ?? defaultLimits.highWaterBytes,
    heldBytes: options.heldBytes ?? defaultLimits.heldBytes,
    heldTexts: options.heldTexts ?? defaultLimits.heldTexts,
    closeTimeoutMs: timerMs(options.closeTimeoutMs ?? defaultLimits.closeTimeoutMs),
  };
}

/** Whether `text` takes more than `maxBytes` in UTF-8. Encodes only where its length leaves that open. */
export function exceedsBytes(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  return new TextEncoder().encode(text).byteLength > maxBytes;
}
