import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { AddressInfo } from "node:net";

/** Stands in front of one peer of a WebRTC connection, and can hold everything for a while: the UDP twin of a stalled TCP stream. */
export class UdpRelay {
  readonly #front = createSocket("udp4");
  readonly #behind = new Map<string, Socket>();
  #held: (() => void)[] | undefined;

  private constructor(address: string, port: number) {
    this.#front.on("message", (packet, from) => this.#pass(() => this.#socketFor(from).send(packet, port, address)));
  }

  /** Puts a relay before the peer that made `answer`. Returns the description to hand on in its place. */
  static async before(answer: string): Promise<{ relay: UdpRelay; answer: string }> {
    const lines = answer.split("\r\n");
    const isHost = (line: string): boolean => /^a=candidate:\S+ 1 udp \d+ [\d.]+ \d+ typ host/i.test(line);
    const candidate = lines.find(isHost);
    const [, , , , address = "", port = ""] = candidate?.split(" ") ?? [];
    if (!candidate) throw new Error("the peer offers no IPv4 address on this machine");
    const relay = new UdpRelay(address, Number(port));
    await new Promise<void>((resolve) => relay.#front.bind(0, "0.0.0.0", resolve));
    const own = (relay.#front.address() as AddressInfo).port;
    const kept = lines.filter((line) => !line.startsWith("a=candidate:") || line === candidate);
    return {
      relay,
      answer: kept
        .map((line) => (line === candidate ? line.replace(` ${port} typ`, ` ${own} typ`) : line))
        .join("\r\n"),
    };
  }

  /** Nothing passes for `ms`, then everything at once. */
  stall(ms: number): void {
    this.#held ??= [];
    setTimeout(() => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const send of held) send();
    }, ms);
  }

  close(): void {
    this.#front.close();
    for (const socket of this.#behind.values()) socket.close();
  }

  #pass(send: () => void): void {
    if (this.#held) this.#held.push(send);
    else send();
  }

  #socketFor(client: RemoteInfo): Socket {
    const key = `${client.address}:${client.port}`;
    let socket = this.#behind.get(key);
    if (!socket) {
      socket = createSocket("udp4");
      socket.on("message", (packet) => this.#pass(() => this.#front.send(packet, client.port, client.address)));
      this.#behind.set(key, socket);
    }
    return socket;
  }
}

/** A description without the addresses of its peer, which then can only be reached by answering. */
export const withoutCandidates = (description: string): string =>
  description
    .split("\r\n")
    .filter((line) => !line.startsWith("a=candidate:"))
    .join("\r\n");
