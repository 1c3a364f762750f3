import { copyMasked } from "../../../../lib/node/wire/frame.ts";

export interface ClientFrame {
  /** FIN, reserved bits and opcode. */
  readonly first: number;
  readonly payload: Uint8Array;
  /** Default 0x1234abcd; `false`: not masked, as a client must not. */
  readonly key?: number | false;
  /** What the header says in place of the payload's length. */
  readonly declaredBytes?: number;
}

/** RFC 6455 §5.2, with every freedom to get it wrong. */
export function clientFrame({ first, payload, key = 0x1234abcd, declaredBytes = payload.length }: ClientFrame): Buffer {
  const extra = declaredBytes < 126 ? 0 : declaredBytes < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extra + (key === false ? 0 : 4));
  head[0] = first;
  head[1] = (key === false ? 0 : 0x80) | (extra === 0 ? declaredBytes : extra === 2 ? 126 : 127);
  if (extra === 2) head.writeUInt16BE(declaredBytes, 2);
  if (extra === 8) head.writeBigUInt64BE(BigInt(declaredBytes), 2);
  const body = Buffer.from(payload);
  if (key !== false) {
    head.writeInt32LE(key, head.length - 4);
    copyMasked(body, body, 0, key);
  }
  return Buffer.concat([head, body]);
}

/** Cuts a run of bytes into pieces of the given lengths, over and over. Every piece is memory of its own, as chunks of a connection are. */
export function cut(bytes: Uint8Array, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length]!;
    pieces.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
  return pieces;
}
