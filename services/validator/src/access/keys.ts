import type { Session } from "../database/session.ts";
import { Problem } from "../http/problems.ts";
import { findPerson } from "../people/person-repository.ts";
import { recordChange } from "../snapshots/record.ts";
import { formatApiKey, hashSecret, makeApiKey } from "./api-key.ts";
import {
  countActiveKeys,
  findKey,
  insertKey,
  replaceKey,
  revokeKey,
  type StoredKey,
} from "./key-repository.ts";
import type { Role } from "./roles.ts";

/** A key with what is shown only once. */
export interface MadeKey extends StoredKey {
  readonly key: string;
}

export interface KeyRequest {
  readonly name: string;
  readonly owner: string;
  readonly roles: readonly Role[];
  /** Milliseconds since 1970; null is never. */
  readonly expiresAt: number | null;
}

/** All of them are in the memory of each replica. */
const MOST_KEYS = 1000;

/** Makes a key and records it, in the client's transaction. */
export async function createKey(client: Session, actor: string, request: KeyRequest): Promise<MadeKey> {
  if ((await countActiveKeys(client)) >= MOST_KEYS) throw new Problem("too_many_keys");
  const made = await make(client, actor, request);
  // What opens something is in nothing that is stored.
  const { key: _, ...after } = made;
  const { id, name, owner, roles } = after;
  const details = { name, owner, roles };
  const act = { actor, act: "api_key.created", subject: subjectOf(id), details };
  await recordChange(client, act, { version: 1, before: null, after });
  return made;
}

/** Makes a key like another one, which ends at `until`; both in the client's transaction. */
export async function rotateKey(client: Session, actor: string, id: string, until: number): Promise<MadeKey> {
  const old = await findActive(client, id);
  const made = await make(client, actor, old);
  await replaceKey(client, id, made.id, until);
  const details = { replacedBy: made.id, until: new Date(until).toISOString() };
  const act = { actor, act: "api_key.rotated", subject: subjectOf(id), details };
  await recordChange(client, act, { version: 2, before: old, after: (await findKey(client, id)) ?? null });
  return made;
}

/** Ends a key for good, in the client's transaction; one that has ended is left as it is. */
export async function endKey(client: Session, actor: string, id: string): Promise<StoredKey> {
  const key = await findKey(client, id, "for update");
  if (key === undefined) throw new Problem("api_key_not_found");
  if (key.revokedAt !== null) return key;
  await revokeKey(client, id, actor);
  const after = (await findKey(client, id)) ?? key;
  const act = { actor, act: "api_key.revoked", subject: subjectOf(id), details: { owner: key.owner } };
  await recordChange(client, act, { version: key.replacedBy === null ? 2 : 3, before: key, after });
  return after;
}

async function make(client: Session, actor: string, request: KeyRequest): Promise<MadeKey> {
  const { id, secret } = makeApiKey();
  const { name, owner, roles, expiresAt } = request;
  // Held until the key is there: a lock that comes meanwhile finds it, and ends it.
  const person = await findPerson(client, owner, "for update");
  if (person !== undefined && person.lockedAt !== null) throw new Problem("owner_locked");
  const stored = await insertKey(client, {
    id,
    secretHash: hashSecret(secret),
    name,
    owner,
    roles,
    createdBy: actor,
    expiresAt,
  });
  return { ...stored, key: formatApiKey({ id, secret }) };
}

async function findActive(client: Session, id: string): Promise<StoredKey> {
  const key = await findKey(client, id, "for update");
  if (key === undefined) throw new Problem("api_key_not_found");
  const hasExpired = key.expiresAt !== null && key.expiresAt <= Date.now();
  if (key.revokedAt !== null || hasExpired || key.replacedBy !== null) throw new Problem("api_key_ended");
  return key;
}

const subjectOf = (id: string) => `api-keys/${id}`;
