import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Whether a credential that was brought is the secret, in a time that says nothing about how much of it was right. False where none was brought, and
 * where the secret is empty: one that is not set must not let everybody in.
 */
export function sameSecret(brought: string | undefined, secret: string | undefined): boolean {
  return brought !== undefined && !!secret && timingSafeEqual(digest(brought), digest(secret));
}
