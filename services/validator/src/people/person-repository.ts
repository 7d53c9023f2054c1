// People as the database keeps them.
import type { Role } from "../access/roles.ts";
import type { Session } from "../database/session.ts";

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

const COLUMNS = `name, display_name as "displayName", roles, revision, invited_by as "invitedBy", invited_at as "invitedAt",
  signed_up_at as "signedUpAt", locked_by as "lockedBy", locked_at as "lockedAt"`;

/** `lock` keeps others from changing them until the transaction ends. */
export async function findPerson(
  client: Session,
  name: string,
  lock: "" | "for update" = "",
): Promise<StoredPerson | undefined> {
  const text = `select ${COLUMNS} from people where name = $1 ${lock}`;
  return (await client.query<StoredPerson>({ text, values: [name], json: ["roles"] })).rows[0];
}

/** By name; `after` is the last one of the page before. */
export async function listPeople(
  client: Session,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<StoredPerson[]> {
  const text = `select ${COLUMNS} from people where name > $1 order by name limit $2`;
  return (await client.query<StoredPerson>({ text, values: [after, limit], json: ["roles"] })).rows;
}

const INSERT = "into people (name, display_name, roles, invited_by) values ($1, $2, $3, $4)";

/** Undefined where there is somebody of this name. */
export async function insertPerson(
  client: Session,
  { name, displayName, roles, invitedBy }: Pick<StoredPerson, "name" | "displayName" | "roles" | "invitedBy">,
): Promise<StoredPerson | undefined> {
  const text = { postgresql: `insert ${INSERT} on conflict do nothing`, mysql: `insert ignore ${INSERT}` };
  const { rowCount } = await client.query({ text, values: [name, displayName, roles, invitedBy] });
  return rowCount === 0 ? undefined : findPerson(client, name);
}

export async function updateRoles(
  client: Session,
  name: string,
  roles: readonly Role[],
): Promise<StoredPerson> {
  return update(client, name, "roles = $2", [roles]);
}

export async function updateLock(
  client: Session,
  name: string,
  lockedBy: string | null,
): Promise<StoredPerson> {
  return update(
    client,
    name,
    "locked_by = $2, locked_at = case when $2::text is null then null else current_timestamp(6) end",
    [lockedBy],
  );
}

/** As before signing up: nothing proves them. */
export async function clearCredentials(client: Session, name: string): Promise<StoredPerson> {
  await client.query("delete from recovery_codes where person = $1", [name]);
  return update(client, name, "password_hash = null, totp_secret = null, signed_up_at = null", []);
}

/** The step of the code that proved the authenticator is used up. */
export async function setCredentials(
  client: Session,
  name: string,
  { passwordHash, totpSecret }: Credentials,
  step: number,
): Promise<StoredPerson> {
  return update(
    client,
    name,
    "password_hash = $2, totp_secret = $3, totp_step = $4, signed_up_at = coalesce(signed_up_at, current_timestamp(6))",
    [passwordHash, totpSecret, step],
  );
}

export async function setPassword(client: Session, name: string, passwordHash: string): Promise<void> {
  await client.query("update people set password_hash = $2 where name = $1", [name, passwordHash]);
}

async function update(client: Session, name: string, set: string, values: unknown[]): Promise<StoredPerson> {
  await client.query(`update people set ${set}, revision = revision + 1 where name = $1`, [name, ...values]);
  return (await findPerson(client, name)) as StoredPerson;
}

/** Those of them who are locked. */
export async function findLocked(client: Session, names: readonly string[]): Promise<string[]> {
  const text = "select name from people where locked_at is not null and name = any($1::text[]) order by name";
  return (await client.query<{ name: string }>(text, [names])).rows.map(({ name }) => name);
}

const OTHERS = `select count(*) as people from people
  where name <> $1 and locked_at is null and signed_up_at is not null`;

/** People who can sign in and make others, `name` not counted. */
export async function countOtherAdministrators(client: Session, name: string): Promise<number> {
  const text = {
    postgresql: `${OTHERS} and 'administrator' = any(roles)`,
    mysql: `${OTHERS} and json_contains(roles, '"administrator"')`,
  };
  const { rows } = await client.query<{ people: number }>({ text, values: [name], numbers: ["people"] });
  return rows[0]?.people ?? 0;
}
