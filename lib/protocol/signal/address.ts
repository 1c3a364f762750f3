import { bearerSubprotocol, fromBase64Url, toBase64Url } from "../bearer.ts";

/**
 * Names the form of the messages. Who offers it gets `welcome` at once; who offers nothing is taken for a client of the plain older form until it
 * sends something that those do not know.
 */
export const hubSubprotocol = "voicebridge.hub.v1";

/** A place at a hub that a client has, or had until its connection was lost, and the last `seq` that it has seen there. */
export interface Resumption {
  /** `resumeToken` of the last `welcome`: takes the place of the connection that was lost, and keeps its calls. */
  readonly token: string;
  /** The hub sends what came after it again. */
  readonly seen: number;
}

/**
 * What a client puts into `Sec-WebSocket-Protocol`: a browser that offers a credential must offer something that can be echoed. Neither the
 * credential nor the place that it resumes stands in an address, which browsers print and proxies log.
 */
export const hubSubprotocols = (token?: string, resume?: Resumption): string[] => [
  hubSubprotocol,
  ...(token === undefined ? [] : [bearerSubprotocol(token)]),
  ...(resume === undefined ? [] : [`resume.${resume.seen}.${toBase64Url(resume.token)}`]),
];

/** The place that these subprotocols name, as far as it can be read. */
export function resumptionOf(offered: readonly string[]): Resumption | undefined {
  for (const subprotocol of offered) {
    const [, seen, token] = /^resume\.(\d{1,15})\.([\w-]{1,1024})$/.exec(subprotocol) ?? [];
    if (seen === undefined || token === undefined) continue;
    try {
      return { token: fromBase64Url(token), seen: Number(seen) };
    } catch {
      return undefined; // it begins anew
    }
  }
  return undefined;
}

/** Who connects to a hub. */
export interface HubAddress {
  readonly id: string;
  readonly displayName?: string | undefined;
  /** It is told of nobody's presence before it has said of whose (`presence-subscribe`). */
  readonly contactsOnly?: boolean | undefined;
}

/** `wss://host/hub?id=alice`, with whatever the address holds already. */
export function hubUrl(hub: string | URL, { id, displayName, contactsOnly }: HubAddress): string {
  const url = new URL(hub);
  url.searchParams.set("id", id);
  if (displayName !== undefined) url.searchParams.set("name", displayName);
  if (contactsOnly) url.searchParams.set("presence", "contacts");
  return url.href;
}

/**
 * WebSocket close codes of a hub (RFC 6455 §7.4.2: 4000 to 4999 are ours; the last three digits are HTTP's). `duplicateId`: somebody is connected
 * under this id. `superseded`: this client itself, over another connection. `rateLimited`: too many messages. `restart`: come again.
 */
export const hubClose = { duplicateId: 4409, superseded: 4410, rateLimited: 4429, restart: 1012 } as const;
