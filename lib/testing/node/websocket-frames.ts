/** Part of a frame's payload within some bytes: from … to, and whether the frame goes on behind them. */
export interface PayloadStretch {
  readonly from: number;
  readonly to: number;
  readonly goesOn: boolean;
}

const maxHeadBytes = 1 << 14;

/**
 * Follows the frames (RFC 6455 §5.2) of one direction of a connection that begins with an HTTP upgrade. Looks at headers only. What does not begin
 * like that has no frames.
 */
export class WebSocketFrames {
  #mode: "head" | "frames" | "other" = "head";
  #head = "";
  /** Of the frame that has just begun. */
  #header: number[] = [];
  #payloadLeft = 0;

  /** Whether frames are told apart from here. */
  get following(): boolean {
    return this.#mode === "frames";
  }

  /** Takes the next bytes; returns the payload in them, without empty stretches. */
  push(bytes: Uint8Array): PayloadStretch[] {
    const stretches: PayloadStretch[] = [];
    let at = this.#mode === "head" ? this.#readHead(bytes) : 0;
    while (this.#mode === "frames" && at < bytes.length) {
      if (this.#payloadLeft === 0) {
        this.#header.push(bytes[at++] ?? 0);
        this.#readHeader();
        continue;
      }
      const to = Math.min(bytes.length, at + this.#payloadLeft);
      this.#payloadLeft -= to - at;
      stretches.push({ from: at, to, goesOn: this.#payloadLeft > 0 });
      at = to;
    }
    return stretches;
  }

  /** Returns where the frames begin. */
  #readHead(bytes: Uint8Array): number {
    const before = this.#head.length;
    this.#head += String.fromCharCode(...bytes.subarray(0, maxHeadBytes - before + 1));
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#head.length > maxHeadBytes || !/^(G|H|$)/.test(this.#head)) this.#mode = "other";
      return bytes.length;
    }
    this.#mode = /^upgrade:\s*websocket/im.test(this.#head.slice(0, end)) ? "frames" : "other";
    return end + 4 - before;
  }

  #readHeader(): void {
    const [, second = 0, ...more] = this.#header;
    if (this.#header.length < 2) return;
    const short = second & 127;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const maskBytes = second & 128 ? 4 : 0;
    if (more.length < lengthBytes + maskBytes) return;
    const long = more.slice(0, lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
    this.#payloadLeft = lengthBytes > 0 ? long : short;
    this.#header = [];
  }
}
