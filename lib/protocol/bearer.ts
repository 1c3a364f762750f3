import { ProtocolError } from "./errors.ts";

/**
 * A browser cannot set `Authorization` on a WebSocket upgrade, so a credential may ride as an offered subprotocol:
 * `bearer.` + base64url (RFC 4648 §5, no padding) of the token's UTF-8 bytes. The server takes it out and never echoes
 * it.
 */
const prefix = "bearer.";

export const isBearer = (token: string): boolean => token.startsWith(prefix);

/** A credential as a subprotocol, `bearer.<base64url>`: the one header that a page can set on a WebSocket. */
export const bearerSubprotocol = (credential: string): string => prefix + toBase64Url(credential);

/** Any text in characters that a subprotocol may have. */
export function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Its opposite. Throws for anything that `toBase64Url` would not write. */
export function fromBase64Url(text: string): string {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (toBase64Url(decoded) !== text) throw new RangeError("not base64url as we write it");
  return decoded;
}

/** Throws `ProtocolError` `protocol-bearer` for anything `bearerSubprotocol` would not write. */
export function parseBearer(token: string): string {
  try {
    const credential = fromBase64Url(token.slice(prefix.length));
    if (credential) return credential;
  } catch {
    // Told below: what was wrong with a credential is nobody's business.
  }
  throw new ProtocolError("The bearer subprotocol is not unpadded base64url of UTF-8 text.", {
    code: "protocol-bearer",
    status: 400,
  });
}
