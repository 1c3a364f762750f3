/** RFC 6455 §5.2. */
export const opcodes = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** RFC 6455 §7.4: 1004–1006 and 1015 never go on the wire. */
export function isSendableCode(code: number): boolean {
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
}

/** A message in one frame, header and payload in one buffer; masked where there is a key. Keeps nothing of `payload`. */
export function encodeFrame(opcode: number, payload: Uint8Array, maskKey?: number): Buffer {
  const { length } = payload;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const start = 2 + extra + (maskKey === undefined ? 0 : 4);
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = 0x80 | opcode;
  frame[1] = (maskKey === undefined ? 0 : 0x80) | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) frame.writeUInt16BE(length, 2);
  else if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  if (maskKey === undefined) frame.set(payload, start);
  else {
    frame.writeInt32LE(maskKey, start - 4);
    copyMasked(payload, frame, start, maskKey);
  }
  return frame;
}

/**
 * RFC 6455 §5.3: masks, or unmasks, `from` into `to` at `start`; they may be the same. Four bytes at a time where they lie so in memory, as sound
 * in buffers of Node does. The key is little-endian.
 */
export function copyMasked(from: Uint8Array, to: Uint8Array, start: number, key: number): void {
  const { length } = from;
  const at = to.byteOffset + start;
  let done = 0;
  if (littleEndian && at % 4 === 0 && from.byteOffset % 4 === 0) {
    const words = length >> 2;
    const source = new Int32Array(from.buffer, from.byteOffset, words);
    const target = from === to ? source : new Int32Array(to.buffer, at, words);
    for (let i = 0; i < words; i++) target[i] = source[i]! ^ key;
    done = words * 4;
  }
  for (let i = done; i < length; i++) to[start + i] = from[i]! ^ (key >>> ((i & 3) * 8));
}
