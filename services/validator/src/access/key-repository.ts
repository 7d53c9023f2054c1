import type { Pool, Session } from "../database/session.ts";
import type { Role } from "./roles.ts";

/** A key as it is kept. Times are milliseconds since 1970. */
export interface StoredKey {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly roles: readonly Role[];
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly replacedBy: string | null;
  readonly revokedBy: string | null;
  readonly revokedAt: number | null;
}

/** A key that may open something, with what its secret is compared with. */
export interface ActiveKey {
  readonly id: string;
  readonly secretHash: Buffer;
  readonly owner: string;
  readonly roles: readonly Role[];
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

const COLUMNS = `id, name, owner, roles, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", replaced_by as "replacedBy", revoked_by as "revokedBy", revoked_at as "revokedAt"`;

/** Of a key that opens something now. */
const OPENS = "revoked_at is null and (expires_at is null or expires_at > current_timestamp(6))";

const ACTIVE = {
  name: "access.active-keys",
  text: `select id, secret_hash as "secretHash", owner, roles, expires_at as "expiresAt", last_used_at as "lastUsedAt"
         from api_keys where ${OPENS}`,
  json: ["roles"],
};

/** All keys that open something now. */
export async function readActiveKeys(client: Session): Promise<ActiveKey[]> {
  return (await client.query<Dated<ActiveKey>>(ACTIVE)).rows.map(withTimes);
}

/** Notes that keys were used; what is as new already stays as it is. */
export async function touchKeys(pool: Pool, ids: readonly string[]): Promise<void> {
  await pool.query(
    `update api_keys set last_used_at = current_timestamp(6) where id = any($1::text[])
       and (last_used_at is null or last_used_at < current_timestamp(6) - interval '1' minute)`,
    [ids],
  );
}

export type NewKey = Pick<StoredKey, "id" | "name" | "owner" | "roles" | "createdBy" | "expiresAt"> & {
  readonly secretHash: Buffer;
};

export async function insertKey(client: Session, key: NewKey): Promise<StoredKey> {
  await client.query(
    `insert into api_keys (id, secret_hash, name, owner, roles, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [key.id, key.secretHash, key.name, key.owner, key.roles, key.createdBy, toDate(key.expiresAt)],
  );
  return (await findKey(client, key.id)) as StoredKey;
}

export async function countActiveKeys(client: Session): Promise<number> {
  const text = `select count(*) as active from api_keys where ${OPENS}`;
  const { rows } = await client.query<{ active: number }>({ text, numbers: ["active"] });
  return rows[0]?.active ?? 0;
}

/** `lock` keeps others from changing it until the transaction ends. */
export async function findKey(
  client: Session,
  id: string,
  lock: "" | "for update" = "",
): Promise<StoredKey | undefined> {
  const { rows } = await client.query<Dated<StoredKey>>({
    text: `select ${COLUMNS} from api_keys where id = $1 ${lock}`,
    values: [id],
    json: ["roles"],
  });
  return rows[0] && withTimes(rows[0]);
}

/** By id; `after` is the last one of the page before. */
export async function listKeys(
  pool: Pool,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<StoredKey[]> {
  const { rows } = await pool.query<Dated<StoredKey>>({
    text: `select ${COLUMNS} from api_keys where id > $1 order by id limit $2`,
    values: [after, limit],
    json: ["roles"],
  });
  return rows.map(withTimes);
}

/** The key ends at `expiresAt`, or sooner where it would; another one has taken its place. */
export async function replaceKey(
  client: Session,
  id: string,
  replacedBy: string,
  expiresAt: number,
): Promise<void> {
  // Where one of the two is null, MySQL's least is null as well.
  await client.query(
    "update api_keys set replaced_by = $2, expires_at = least(coalesce(expires_at, $3), $3::timestamptz) where id = $1",
    [id, replacedBy, new Date(expiresAt)],
  );
}

export async function revokeKey(client: Session, id: string, revokedBy: string): Promise<void> {
  await client.query(
    "update api_keys set revoked_by = $2, revoked_at = current_timestamp(6) where id = $1 and revoked_at is null",
    [id, revokedBy],
  );
}

type Times = "createdAt" | "expiresAt" | "lastUsedAt" | "revokedAt";

/** As the driver gives it. */
type Dated<Key> = {
  [Field in keyof Key]: Field extends Times ? (null extends Key[Field] ? Date | null : Date) : Key[Field];
};

function withTimes<Key>(row: Dated<Key>): Key {
  const fields = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Date ? value.getTime() : value,
  ]);
  return Object.fromEntries(fields) as Key;
}

const toDate = (time: number | null) => (time === null ? null : new Date(time));
