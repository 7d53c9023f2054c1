import { hash } from "node:crypto";

/**
 * Which request a decision is about, whoever attempts it and however often: the member of the windows, 22 characters.
 * Made of nothing but the decision's row, so that a rebuild finds the same one.
 */
export function memberOf(id: string, idempotencyKey: string | null): string {
  if (idempotencyKey === null) return Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url");
  return hash("sha256", idempotencyKey, "base64url").slice(0, 22);
}
