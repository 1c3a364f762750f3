import { bearerSubprotocol } from "../bearer.ts";

/**
 * Names the form of the messages. Who offers it gets `welcome` at once; who offers nothing is taken for a client of the plain older form until it
 * sends something that those do not know.
 */
export const hubSubprotocol = "voicebridge.hub.v1";

/** What a client puts into `Sec-WebSocket-Protocol`: a browser that offers a credential must offer something that can be echoed. */
export const hubSubprotocols = (token?: string): string[] =>
  token === undefined ? [hubSubprotocol] : [hubSubprotocol, bearerSubprotocol(token)];

/** Who connects to a hub, and where it goes on after a lost connection. The credential is not part of the address. */
export interface HubAddress {
  readonly id: string;
  readonly displayName?: string | undefined;
  /** `resumeToken` of the last `welcome`: takes the place of the connection that was lost, and keeps its calls. */
  readonly resume?: string | undefined;
  /** The last `seq` that this client has seen of the hub; the hub sends what came after it again. */
  readonly seen?: number | undefined;
}

/** `wss://host/hub?id=alice`, with whatever the address holds already. */
export function hubUrl(hub: string | URL, { id, displayName, resume, seen }: HubAddress): string {
  const url = new URL(hub);
  const set = (key: string, value: string | number | undefined): void => {
    if (value !== undefined) url.searchParams.set(key, String(value));
  };
  set("id", id);
  set("name", displayName);
  set("resume", resume);
  set("seen", resume === undefined ? undefined : seen);
  return url.href;
}

/**
 * WebSocket close codes of a hub (RFC 6455 §7.4.2: 4000 to 4999 are ours; the last three digits are HTTP's). `duplicateId`: somebody is connected
 * under this id. `superseded`: this client itself, over another connection. `rateLimited`: too many messages. `restart`: come again.
 */
export const hubClose = { duplicateId: 4409, superseded: 4410, rateLimited: 4429, restart: 1012 } as const;
