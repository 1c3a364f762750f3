import type { LinkSocket, Welcome } from "../../../../lib/call/client/signal-link.ts";

/** A hub that a test plays. */
export class FakeSocket implements LinkSocket {
  static made: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  readonly sent: { type: string; seq?: number; data: Record<string, unknown> }[] = [];
  closed = false;
  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  welcome(data: Partial<Welcome> = {}): void {
    const all = { id: "alice", resumeToken: "r1", ringTimeoutMs: 30_000, graceMs: 15_000, resumed: false, received: 0 };
    this.say({ type: "welcome", data: { ...all, ...data } });
  }
  end(code = 1006): void {
    this.onclose?.({ code, reason: "" });
  }
}
