/** What comes off a socket, on the thread that owns it, in wire order. */
export interface WireEvents {
  text(text: string): void;
  /** The receiver owns the bytes. */
  frame(bytes: Uint8Array): void;
  /** Exactly once, last. `clean`: there was a closing handshake. */
  close(code: number, reason: string, clean: boolean): void;
}

/** The part of an open WebSocket that a transport needs, whichever library it comes from. */
export interface Wire {
  /** Bytes handed over and not yet on the network. */
  readonly bufferedBytes: number;
  listen(events: WireEvents): void;
  sendText(text: string): void;
  /** The wire owns the bytes from here. */
  sendFrame(bytes: Uint8Array): void;
  /** Starts the closing handshake; `close` of the events follows. */
  close(code: number, reason: string): void;
  /** Drops the connection without a handshake, as far as the platform can. */
  terminate(): void;
}

const maxReasonBytes = 123; // RFC 6455 §5.5: a control frame carries at most 125 bytes, two of them the code

/** The longest start of `reason` that fits in a close frame. */
export function fitReason(reason: string): string {
  const encoder = new TextEncoder();
  let fitted = reason.slice(0, maxReasonBytes);
  while (encoder.encode(fitted).byteLength > maxReasonBytes) fitted = [...fitted].slice(0, -1).join("");
  return fitted;
}

/** Browsers may send only 1000 and 3000–4999: a protocol code 1xxx goes out as 4xxx (1008 → 4008). */
export function browserCloseCode(code: number): number {
  if (code === 1000 || (code >= 3000 && code <= 4999)) return code;
  return code > 1000 && code < 2000 ? code + 3000 : 1000;
}
