import { isIPv6 } from "node:net";

/**
 * What counts as one address where addresses are counted: an IPv4 address, or the first 64 bits of an IPv6 address, which is what one
 * subscriber is given (RFC 6177 §2). IPv4 in IPv6 is IPv4.
 */
export function addressKey(address: string): string {
  const bare = address.split("%")[0]!.toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(bare)) return bare;
  const [head = "", tail] = bare.split("::");
  const groups = head === "" ? [] : head.split(":");
  const behind = tail ? tail.split(":") : [];
  if (tail !== undefined) while (groups.length + behind.length < 8) groups.push("0");
  const prefix = [...groups, ...behind].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(":")}::/64`;
}
