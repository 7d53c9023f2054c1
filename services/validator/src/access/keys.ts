import type pg from "pg";

import { recordAct } from "../audit/acts.ts";
import { Problem } from "../http/problems.ts";
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
export async function createKey(client: pg.ClientBase, actor: string, request: KeyRequest): Promise<MadeKey> {
  if ((await countActiveKeys(client)) >= MOST_KEYS) throw new Problem("too_many_keys");
  const made = await make(client, actor, request);
  const { id, name, owner, roles } = made;
  await recordAct(client, {
    actor,
    act: "api_key.created",
    subject: subjectOf(id),
    details: { name, owner, roles },
  });
  return made;
}

/** Makes a key like another one, which ends at `until`; both in the client's transaction. */
export async function rotateKey(
  client: pg.ClientBase,
  actor: string,
  id: string,
  until: number,
): Promise<MadeKey> {
  const old = await findActive(client, id);
  const made = await make(client, actor, old);
  await replaceKey(client, id, made.id, until);
  await recordAct(client, {
    actor,
    act: "api_key.rotated",
    subject: subjectOf(id),
    details: { replacedBy: made.id, until: new Date(until).toISOString() },
  });
  return made;
}

/** Ends a key for good, in the client's transaction; one that has ended is left as it is. */
export async function endKey(client: pg.ClientBase, actor: string, id: string): Promise<StoredKey> {
  const key = await findKey(client, id, "for update");
  if (key === undefined) throw new Problem("api_key_not_found");
  if (key.revokedAt !== null) return key;
  await revokeKey(client, id, actor);
  await recordAct(client, {
    actor,
    act: "api_key.revoked",
    subject: subjectOf(id),
    details: { owner: key.owner },
  });
  return (await findKey(client, id)) ?? key;
}

async function make(client: pg.ClientBase, actor: string, request: KeyRequest): Promise<MadeKey> {
  const { id, secret } = makeApiKey();
  const { name, owner, roles, expiresAt } = request;
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

async function findActive(client: pg.ClientBase, id: string): Promise<StoredKey> {
  const key = await findKey(client, id, "for update");
  if (key === undefined) throw new Problem("api_key_not_found");
  const hasExpired = key.expiresAt !== null && key.expiresAt <= Date.now();
  if (key.revokedAt !== null || hasExpired || key.replacedBy !== null) throw new Problem("api_key_ended");
  return key;
}

const subjectOf = (id: string) => `api-keys/${id}`;
