// What people are given once and show again: invitations, refresh tokens, recovery codes. Only hashes are kept.
import { randomBytes } from "node:crypto";

import { hashSecret } from "../access/api-key.ts";
import { base32 } from "./totp.ts";

export const INVITATION_PATTERN = "^iv_[A-Za-z0-9_-]{43}$";
export const REFRESH_TOKEN_PATTERN = "^rt_[A-Za-z0-9_-]{43}$";

export const makeInvitation = () => `iv_${randomBytes(32).toString("base64url")}`;
export const makeRefreshToken = () => `rt_${randomBytes(32).toString("base64url")}`;

const RECOVERY_CODES = 10;
/** Bytes: 16 letters, in four groups. */
const RECOVERY_CODE = 10;

export function makeRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = base32(randomBytes(RECOVERY_CODE)).toLowerCase();
    return (letters.match(/.{4}/g) as string[]).join("-");
  });
}

/** However it was typed: capitals, spaces and hyphens make no difference. */
export function hashRecoveryCode(code: string): Buffer {
  return hashSecret(code.toLowerCase().replaceAll(/[^a-z2-7]/g, ""));
}
