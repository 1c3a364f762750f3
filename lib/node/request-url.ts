/**
 * The target of a request (RFC 9112 §3.2) as an address; whatever host it names is not looked at. Never throws: what cannot be read has the path
 * "", which nobody serves.
 */
export function requestUrl(target = "/"): URL {
  const whole = target.startsWith("/") ? `http://host${target}` : target;
  return new URL(URL.canParse(whole) ? whole : "unreadable:");
}
