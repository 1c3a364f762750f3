import { encodeSignal, type SignalData } from "../../protocol/index.ts";
import type { Clock } from "../../session/index.ts";
import { errorFields, type Logger } from "../logger.ts";
import type { HubClient } from "./hub-client.ts";
import type { SwitchboardOptions } from "./switchboard-options.ts";

type Entry = SignalData<"presence-list">["clients"][number];

export interface PresenceOptions {
  readonly rule: SwitchboardOptions["presence"];
  readonly intervalMs: number;
  readonly maxListed: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly here: () => Iterable<HubClient>;
  readonly find: (id: string) => HubClient | undefined;
}

/** Characters of a `presence-list`: more people come in several. */
const maxListLength = 1 << 15;

interface Change {
  /** In order. */
  readonly number: number;
  readonly entry: Entry;
  /** What those are told that name no contacts; undefined: nothing. */
  readonly listed: Entry | undefined;
}

/**
 * Who is told of whom. A client that names its contacts is told of those; others of everybody, up to `maxListed` people, whoever they are. A change is
 * told at once, and what follows within `intervalMs` together, the last state of each: how many messages a client gets depends on time, and not on
 * how many others there are.
 */
export class PresenceBoard {
  readonly #options: PresenceOptions;
  /** Who is told to those that name no contacts; and who comes next when one of them is gone. In the order in which they came. */
  readonly #listed = new Set<HubClient>();
  readonly #unlisted = new Set<HubClient>();
  /** By the id of the contact. */
  readonly #watchers = new Map<string, Set<HubClient>>();
  readonly #changes = new Map<string, Change>();
  #lastChange = 0;
  #nextAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Ids that somebody wants to be told of. */
  get watched(): number {
    return this.#watchers.size;
  }

  /** Somebody is here, or can be reached otherwise. */
  changed(client: HubClient): void {
    if (!this.#listed.has(client) && !this.#unlisted.has(client)) this.#place(client);
    this.#note(client, client.status, this.#listed.has(client));
  }

  /** Somebody will not come back. */
  gone(client: HubClient): void {
    this.#watch(client, []);
    this.#unlisted.delete(client);
    const wasListed = this.#listed.delete(client);
    this.#note(client, "offline", wasListed);
    const [next] = this.#unlisted;
    if (!wasListed || !next) return;
    this.#unlisted.delete(next);
    this.#listed.add(next);
    this.#note(next, next.status, true);
  }

  /** Everybody this client is told of, as they are now. */
  list(client: HubClient): void {
    client.presenceUpTo = this.#lastChange;
    const others = client.contacts ? this.#contactsOf(client) : this.#options.here();
    const entries: Entry[] = [];
    for (const other of others) {
      if (other !== client && this.#tells(client, other)) entries.push(entryOf(other, other.status));
    }
    for (const text of lists(entries, true)) client.line?.send(text);
  }

  /** From here on it is told of these alone; and of who of them is here. */
  subscribe(client: HubClient, ids: readonly string[]): void {
    this.#watch(client, ids);
    client.contacts = new Set(ids);
    this.list(client);
  }

  clear(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const kept of [this.#listed, this.#unlisted, this.#watchers, this.#changes]) kept.clear();
  }

  /** A rule says how many there are; without one, this does. */
  #place(client: HubClient): void {
    const { rule = true, maxListed, logger } = this.#options;
    if (typeof rule === "function" || this.#listed.size < maxListed) {
      this.#listed.add(client);
      return;
    }
    if (this.#unlisted.size === 0) logger.warn("presence is full", { clients: maxListed });
    this.#unlisted.add(client);
  }

  #watch(client: HubClient, ids: readonly string[]): void {
    for (const id of client.contacts ?? []) {
      const watchers = this.#watchers.get(id);
      watchers?.delete(client);
      if (watchers?.size === 0) this.#watchers.delete(id);
    }
    for (const id of ids) {
      const watchers = this.#watchers.get(id) ?? new Set<HubClient>();
      this.#watchers.set(id, watchers.add(client));
    }
  }

  #note(client: HubClient, status: Entry["status"], isListed: boolean): void {
    if (this.#options.rule === false) return;
    const entry = entryOf(client, status);
    const before = this.#changes.get(client.id)?.listed;
    // Who was listed, left, and is here again without a place in the list, is gone for those who read it.
    const listed = isListed ? entry : before && { ...before, status: "offline" as const };
    // Deleted first: who is told last is who changed last.
    this.#changes.delete(client.id);
    this.#changes.set(client.id, { number: ++this.#lastChange, entry, listed });
    const { clock } = this.#options;
    const waitMs = this.#nextAt - clock.now();
    if (waitMs <= 0 && !this.#cancelTimer) this.#tell();
    else this.#cancelTimer ??= clock.after(waitMs, () => this.#tell());
  }

  #tell(): void {
    const { clock, intervalMs, here } = this.#options;
    this.#cancelTimer = undefined;
    this.#nextAt = clock.now() + intervalMs;
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    const listed = changes.flatMap(({ number, listed }) => (listed ? [{ number, entry: listed }] : []));
    /** Most are told the same: it is written once. */
    let same: readonly string[] | undefined;
    for (const viewer of here()) {
      if (!viewer.line || viewer.plain || viewer.contacts) continue;
      const news = listed.filter((change) => this.#isNews(viewer, change)).map(({ entry }) => entry);
      if (news.length === listed.length) same ??= textsOf(news);
      for (const text of news.length === listed.length && same ? same : textsOf(news)) viewer.line.send(text);
    }
    for (const [viewer, news] of this.#newsOfContacts(changes)) {
      for (const text of textsOf(news)) viewer.line?.send(text);
    }
  }

  #newsOfContacts(changes: readonly Change[]): Map<HubClient, Entry[]> {
    const told = new Map<HubClient, Entry[]>();
    for (const change of changes) {
      for (const viewer of this.#watchers.get(change.entry.id) ?? []) {
        if (!viewer.line || !this.#isNews(viewer, change)) continue;
        const news = told.get(viewer);
        if (news) news.push(change.entry);
        else told.set(viewer, [change.entry]);
      }
    }
    return told;
  }

  /** Also false for what was in the list that it has. */
  #isNews(viewer: HubClient, { entry, number }: Pick<Change, "entry" | "number">): boolean {
    return entry.id !== viewer.id && number > viewer.presenceUpTo && this.#mayKnow(viewer.id, entry.id);
  }

  #tells(viewer: HubClient, other: HubClient): boolean {
    return (viewer.contacts !== undefined || this.#listed.has(other)) && this.#mayKnow(viewer.id, other.id);
  }

  *#contactsOf({ contacts }: HubClient): Generator<HubClient> {
    for (const id of contacts ?? []) {
      const other = this.#options.find(id);
      if (other) yield other;
    }
  }

  #mayKnow(viewer: string, id: string): boolean {
    const { rule = true, logger } = this.#options;
    if (typeof rule !== "function") return rule;
    try {
      return rule(viewer, id);
    } catch (error) {
      logger.error("presence failed", { viewer, client: id, ...errorFields(error) });
      return false;
    }
  }
}

const entryOf = (client: HubClient, status: Entry["status"]): Entry => ({ id: client.id, status, ...client.name });

/** One change is said as `presence`, several as lists. */
function textsOf(entries: readonly Entry[]): readonly string[] {
  const [first, second] = entries;
  if (!first || second) return lists(entries);
  const { id, ...data } = first;
  return [encodeSignal({ type: "presence", from: id, data })];
}

/** `whole`: who is not in them is not here. */
function lists(entries: readonly Entry[], whole = false): readonly string[] {
  const parts: Entry[][] = whole ? [[]] : [];
  let length = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const own = JSON.stringify(entry).length + 1;
    if (length + own > maxListLength) {
      if (!whole || parts[0]?.length) parts.push([]);
      length = 0;
    }
    parts.at(-1)?.push(entry);
    length += own;
  }
  return parts.map((clients, index) =>
    encodeSignal({ type: "presence-list", data: { clients, ...(whole && index === 0 && { whole }) } }),
  );
}
