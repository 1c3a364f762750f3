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
  return {
    id,
    displayName: (given ?? query.get("name") ?? undefined)?.slice(0, 256),
    nameIsGiven: given !== undefined,
  };
}
