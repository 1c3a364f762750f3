import type { IncomingMessage } from "node:http";
import { type Offer, ProtocolError, parseSubprotocols } from "../protocol/index.ts";
import { requestUrl } from "./request-url.ts";

/** An upgrade as `authorize` and the agents see it. */
export interface UpgradeRequest {
  /** Path of the address, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly cookies: Readonly<Record<string, string>>;
  /** Of the page that dials; undefined where it is no page. */
  readonly origin: string | undefined;
  /** The client's network address; from `X-Forwarded-For` where the proxy is trusted. */
  readonly address: string;
  /** The credential, from whichever carrier brought one: header before subprotocol before query. */
  readonly token: string | undefined;
  readonly tokenCarrier: "header" | "subprotocol" | "query" | undefined;
  readonly message: IncomingMessage;
}

export interface ReadUpgrade {
  readonly request: UpgradeRequest;
  readonly host: string | undefined;
  /** Undefined where the header could not be read. */
  readonly offer: Offer | undefined;
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Reads an upgrade, refuses nothing. Behind a trusted proxy its headers say who and where the client is. */
export function readUpgrade(message: IncomingMessage, options: { readonly trustProxy: boolean }): ReadUpgrade {
  const { headers, socket } = message;
  const url = requestUrl(message.url);
  const forwarded = options.trustProxy ? first(headers["x-forwarded-for"])?.split(",").at(-1)?.trim() : undefined;
  const forwardedHost = options.trustProxy ? first(headers["x-forwarded-host"]) : undefined;
  const offer = readOffer(headers["sec-websocket-protocol"]);
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const [token, tokenCarrier] =
    bearer !== undefined
      ? ([bearer, "header"] as const)
      : offer?.bearer !== undefined
        ? ([offer.bearer, "subprotocol"] as const)
        : url.searchParams.has("token")
          ? ([url.searchParams.get("token") ?? "", "query"] as const)
          : ([undefined, undefined] as const);
  return {
    host: forwardedHost ?? headers.host,
    offer,
    request: {
      path: url.pathname,
      query: url.searchParams,
      headers,
      cookies: readCookies(headers.cookie),
      origin: headers.origin,
      address: forwarded || (socket.remoteAddress ?? ""),
      token,
      tokenCarrier,
      message,
    },
  };
}

function readOffer(header: string | undefined): Offer | undefined {
  try {
    return parseSubprotocols(header);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** RFC 6265 §5.4, as a browser sends it. */
function readCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at < 0) continue;
    const value = pair.slice(at + 1).trim();
    try {
      cookies[pair.slice(0, at).trim()] = decodeURIComponent(value.replace(/^"(.*)"$/, "$1"));
    } catch {
      cookies[pair.slice(0, at).trim()] = value;
    }
  }
  return cookies;
}
