import type { Role } from "../access/roles.ts";
import type { Invited } from "./administration.ts";
import type { StoredPerson } from "./person-repository.ts";
import type { StoredSession } from "./session-repository.ts";
import { TOKEN_LIFE } from "./tokens.ts";
import type { Tokens } from "./sessions.ts";

const iso = (date: Date) => date.toISOString();
const isoOrNull = (date: Date | null) => date && iso(date);

export function personBody(stored: StoredPerson) {
  const { roles, revision: _, ...person } = stored;
  const state = person.lockedAt !== null ? "locked" : person.signedUpAt === null ? "invited" : "active";
  return {
    ...person,
    roles: roles as Exclude<Role, "submitter">[],
    state: state as "locked" | "invited" | "active",
    invitedAt: iso(person.invitedAt),
    signedUpAt: isoOrNull(person.signedUpAt),
    lockedAt: isoOrNull(person.lockedAt),
  };
}

export function invitedBody({ person, invitation, expiresAt }: Invited) {
  return { ...personBody(person), invitation, invitationExpiresAt: iso(expiresAt) };
}

export function tokensBody({ session, accessToken, refreshToken, expiresAt }: Tokens) {
  return {
    session,
    accessToken,
    tokenType: "Bearer" as const,
    expiresIn: TOKEN_LIFE,
    refreshToken,
    expiresAt: iso(expiresAt),
  };
}

export function sessionBody({ id, address, startedAt, lastUsedAt, expiresAt }: StoredSession) {
  return { id, address, startedAt: iso(startedAt), lastUsedAt: iso(lastUsedAt), expiresAt: iso(expiresAt) };
}
