// People as PostgreSQL keeps them.
import type pg from "pg";

import type { Role } from "../access/roles.ts";

/** A person as administrators see them. */
export interface StoredPerson {
  readonly name: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly revision: number;
  readonly invitedBy: string;
  readonly invitedAt: Date;
  readonly signedUpAt: Date | null;
  readonly lockedBy: string | null;
  readonly lockedAt: Date | null;
}

/** What somebody proves to be themselves by. */
export interface Credentials {
  readonly passwordHash: string;
  /** As it was sealed. */
  readonly totpSecret: Buffer;
}

type Client = pg.Pool | pg.ClientBase;

const COLUMNS = `name, display_name as "displayName", roles, revision, invited_by as "invitedBy", invited_at as "invitedAt",
  signed_up_at as "signedUpAt", locked_by as "lockedBy", locked_at as "lockedAt"`;

/** `lock` keeps others from changing them until the transaction ends. */
export async function findPerson(
  client: Client,
  name: string,
  lock: "" | "for update" = "",
): Promise<StoredPerson | undefined> {
  const text = `select ${COLUMNS} from people where name = $1 ${lock}`;
  return (await client.query<StoredPerson>(text, [name])).rows[0];
}

/** By name; `after` is the last one of the page before. */
export async function listPeople(
  client: Client,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<StoredPerson[]> {
  const text = `select ${COLUMNS} from people where name > $1 order by name limit $2`;
  return (await client.query<StoredPerson>(text, [after, limit])).rows;
}

export async function insertPerson(
  client: Client,
  { name, displayName, roles, invitedBy }: Pick<StoredPerson, "name" | "displayName" | "roles" | "invitedBy">,
): Promise<StoredPerson | undefined> {
  const { rows } = await client.query<StoredPerson>(
    `insert into people (name, display_name, roles, invited_by) values ($1, $2, $3, $4)
     on conflict do nothing returning ${COLUMNS}`,
    [name, displayName, roles, invitedBy],
  );
  return rows[0];
}

export async function updateRoles(
  client: Client,
  name: string,
  roles: readonly Role[],
): Promise<StoredPerson> {
  return update(client, name, "roles = $2", [roles]);
}

export async function updateLock(
  client: Client,
  name: string,
  lockedBy: string | null,
): Promise<StoredPerson> {
  return update(
    client,
    name,
    "locked_by = $2, locked_at = case when $2::text is null then null else now() end",
    [lockedBy],
  );
}

/** As before signing up: nothing proves them. */
export async function clearCredentials(client: Client, name: string): Promise<StoredPerson> {
  await client.query("delete from recovery_codes where person = $1", [name]);
  return update(client, name, "password_hash = null, totp_secret = null, signed_up_at = null", []);
}

/** The step of the code that proved the authenticator is used up. */
export async function setCredentials(
  client: Client,
  name: string,
  { passwordHash, totpSecret }: Credentials,
  step: number,
): Promise<StoredPerson> {
  return update(
    client,
    name,
    "password_hash = $2, totp_secret = $3, totp_step = $4, signed_up_at = coalesce(signed_up_at, now())",
    [passwordHash, totpSecret, step],
  );
}

export async function setPassword(client: Client, name: string, passwordHash: string): Promise<void> {
  await client.query("update people set password_hash = $2 where name = $1", [name, passwordHash]);
}

async function update(client: Client, name: string, set: string, values: unknown[]): Promise<StoredPerson> {
  const text = `update people set ${set}, revision = revision + 1 where name = $1 returning ${COLUMNS}`;
  return (await client.query<StoredPerson>(text, [name, ...values])).rows[0] as StoredPerson;
}

/** People who can sign in and make others, `name` not counted. */
export async function countOtherAdministrators(client: Client, name: string): Promise<number> {
  const { rows } = await client.query<{ people: number }>(
    `select count(*)::integer as people from people
     where name <> $1 and 'administrator' = any(roles) and locked_at is null and signed_up_at is not null`,
    [name],
  );
  return rows[0]?.people ?? 0;
}
