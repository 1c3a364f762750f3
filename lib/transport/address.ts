import { TransportError } from "./transport.ts";

/**
 * The address a WebSocket opens: relative addresses are resolved against the page, http(s) becomes ws(s), a fragment is dropped.
 * Throws `transport-url`.
 */
export function webSocketUrl(address: string | URL, base?: string): string {
  let url: URL;
  try {
    url = base === undefined ? new URL(address) : new URL(address, base);
  } catch (cause) {
    throw new TransportError("transport-url", `"${withoutQuery(String(address))}" is not an address.`, true, { cause });
  }
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw new TransportError(
      "transport-url",
      `A voice server's address starts with ws:// or wss://, not ${url.protocol}`,
      true,
    );
  }
  url.hash = "";
  return url.href;
}

/** An address as it may be shown or logged: the query may carry credentials. */
export function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, "");
}

/** A credential as the second offered subprotocol: the only header a browser lets a page choose. */
export function bearerSubprotocol(token: string): string {
  const bytes = new TextEncoder().encode(token);
  const base64 = btoa(String.fromCharCode(...bytes));
  return `bearer.${base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** What a server speaks that was offered no subprotocol at all. */
export const headerlessProfile = "rtvbp.v1";

/** The profile of an open socket. Throws `transport-profile` where the server picked none of those offered. */
export function agreedProfile(protocol: string, offered: readonly string[]): string {
  if (offered.length === 0) return headerlessProfile;
  if (offered.includes(protocol)) return protocol;
  throw new TransportError("transport-profile", `The server took none of the profiles ${offered.join(", ")}.`, true);
}
