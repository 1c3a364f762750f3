import { createHash, createHmac, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";

// RFC 5389 §6 and §15, RFC 5766 §6 and §14.
const magic = 0x2112a442;
const allocate = 0x0003;
const types = { username: 0x0006, integrity: 0x0008, error: 0x0009, realm: 0x0014, nonce: 0x0015, transport: 0x0019 };
const udp = Buffer.from([17, 0, 0, 0]);

type Attribute = readonly [type: number, value: Buffer];

function write(attributes: readonly Attribute[], key?: Buffer): Buffer {
  const body = attributes.map(([type, value]) => {
    const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
    padded.writeUInt16BE(type, 0);
    padded.writeUInt16BE(value.length, 2);
    value.copy(padded, 4);
    return padded;
  });
  const header = Buffer.alloc(20);
  header.writeUInt16BE(allocate, 0);
  header.writeUInt32BE(magic, 4);
  randomBytes(12).copy(header, 8);
  const message = Buffer.concat([header, ...body]);
  message.writeUInt16BE(message.length - 20 + (key ? 24 : 0), 2); // with the integrity that follows
  if (!key) return message;
  const mac = createHmac("sha1", key).update(message).digest();
  return Buffer.concat([message, Buffer.from([0, types.integrity, 0, 20]), mac]);
}

function read(message: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= message.length; ) {
    const length = message.readUInt16BE(at + 2);
    found.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return found;
}

/** Asks a TURN server for a relayed address with these credentials; says how it answered: 0, or the code of its error. */
export async function allocation(port: number, username: string, credential: string): Promise<number> {
  const socket = createSocket("udp4");
  const ask = (request: Buffer): Promise<Buffer> =>
    new Promise((resolve) => {
      const send = (): void => socket.send(request, port, "127.0.0.1");
      const again = setInterval(send, 200); // RFC 5389 §7.2.1
      const hear = (answer: Buffer): void => {
        if (!answer.subarray(8, 20).equals(request.subarray(8, 20))) return; // to what was asked twice before
        socket.off("message", hear);
        clearInterval(again);
        resolve(answer);
      };
      socket.on("message", hear);
      send();
    });
  const codeOf = (error: Buffer | undefined): number => (error ? error[2]! * 100 + error[3]! : 0);
  try {
    const challenge = read(await ask(write([[types.transport, udp]])));
    const [realm, nonce] = [challenge.get(types.realm), challenge.get(types.nonce)];
    if (!realm || !nonce) return codeOf(challenge.get(types.error));
    const key = createHash("md5").update(`${username}:${realm.toString()}:${credential}`).digest();
    const attributes: Attribute[] = [
      [types.transport, udp],
      [types.username, Buffer.from(username)],
      [types.realm, realm],
      [types.nonce, nonce],
    ];
    return codeOf(read(await ask(write(attributes, key))).get(types.error));
  } finally {
    socket.close();
  }
}
