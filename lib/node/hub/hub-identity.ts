import { isClientId } from "../../protocol/index.ts";
import type { Refusal } from "../upgrade-policy.ts";
import type { UpgradeRequest } from "../upgrade-request.ts";

/** Who connects, and how others see it. */
export interface HubIdentity {
  readonly id: string;
  readonly displayName: string | undefined;
  /** It came with the credentials. */
  readonly nameIsGiven: boolean;
}

const text = (from: unknown, ...keys: readonly string[]): string | undefined => {
  if (typeof from !== "object" || from === null) return undefined;
  for (const key of keys) {
    const value = (from as Readonly<Record<string, unknown>>)[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
};

// Control characters, line breaks, halves of surrogate pairs, and what turns the direction of the text around it.
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** As far as it can be shown, and 128 characters of it. */
const shown = (name: string): string => [...name.replaceAll(unprintable, "")].slice(0, 128).join("");

/**
 * What `authorize` returned says under which id its owner may connect: a string is the id; of an object `id` is, or `sub` (the claims of
 * `jwtAuthorize`), and `displayName` or `name` is what others see. Anything else, such as `true`, lets the client choose for itself.
 */
export function hubIdentity(identity: unknown, { query }: UpgradeRequest): HubIdentity | Refusal {
  const owned = typeof identity === "string" ? identity : text(identity, "id", "sub");
  const asked = query.get("id") ?? undefined;
  if (owned !== undefined && asked !== undefined && owned !== asked) {
    return { cause: "credentials", status: 403, message: "These credentials are for another id." };
  }
  const id = owned ?? asked;
  if (!isClientId(id)) {
    return { cause: "malformed", status: 400, message: "Say who you are: ?id=…, 1 to 128 printable characters." };
  }
  const given = text(identity, "displayName", "name");
  const name = given ?? query.get("name") ?? undefined;
  return { id, displayName: name === undefined ? undefined : shown(name), nameIsGiven: given !== undefined };
}
