// Sessions and their refresh tokens as the database keeps them.
import type { Role } from "../access/roles.ts";
import type { Pool, Session } from "../database/session.ts";

export interface StoredSession {
  readonly id: string;
  readonly person: string;
  readonly address: string;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

export type EndReason = "signed_out" | "reused" | "expired" | "locked" | "reset" | "password_changed";

const COLUMNS = `id, person, address, started_at as "startedAt", last_used_at as "lastUsedAt", expires_at as "expiresAt"`;

export async function insertSession(client: Session, session: StoredSession): Promise<void> {
  const { id, person, address, startedAt, lastUsedAt, expiresAt } = session;
  await client.query(
    `insert into sessions (id, person, address, started_at, last_used_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [id, person, address, startedAt, lastUsedAt, expiresAt],
  );
}

export async function insertToken(client: Session, hash: Buffer, session: string, at: Date): Promise<void> {
  await client.query("insert into refresh_tokens (hash, session, made_at) values ($1, $2, $3)", [
    hash,
    session,
    at,
  ]);
}

/** A refresh token as it is found, with all that decides whether it counts. */
export interface PresentedToken extends StoredSession {
  readonly isUsed: boolean;
  readonly hasEnded: boolean;
  readonly isLocked: boolean;
  readonly roles: readonly Role[];
}

interface TokenRow extends StoredSession {
  readonly usedAt: Date | null;
  readonly endedAt: Date | null;
  readonly lockedAt: Date | null;
  readonly roles: readonly Role[];
}

/** Until the transaction ends nobody else can use any token of this session, or end it. */
export async function findToken(client: Session, hash: Buffer): Promise<PresentedToken | undefined> {
  // Two statements: what is read after the lock was had is as whoever had it before has left it.
  const locked = await client.query(
    "select id from sessions where id = (select session from refresh_tokens where hash = $1) for update",
    [hash],
  );
  if (locked.rowCount === 0) return undefined;
  const { rows } = await client.query<TokenRow>({
    text: `select ${COLUMNS}, used_at as "usedAt", ended_at as "endedAt", locked_at as "lockedAt", roles
           from refresh_tokens join sessions on sessions.id = session join people on people.name = person
           where hash = $1`,
    values: [hash],
    json: ["roles"],
  });
  if (rows[0] === undefined) return undefined;
  const { usedAt, endedAt, lockedAt, ...session } = rows[0];
  return { ...session, isUsed: usedAt !== null, hasEnded: endedAt !== null, isLocked: lockedAt !== null };
}

/** What the person of a session may do; nothing where it has ended, or they are locked. */
export async function rolesOfSession(pool: Pool, id: string, at: Date): Promise<readonly Role[]> {
  const { rows } = await pool.query<{ roles: readonly Role[] }>({
    name: "people.session-roles",
    text: `select roles from sessions join people on people.name = person
           where id = $1 and ended_at is null and expires_at > $2 and locked_at is null`,
    values: [id, at],
    json: ["roles"],
  });
  return rows[0]?.roles ?? [];
}

/** The token was taken, and the session used. */
export async function spendToken(client: Session, hash: Buffer, session: string, at: Date): Promise<void> {
  await client.query("update refresh_tokens set used_at = $2 where hash = $1", [hash, at]);
  await client.query("update sessions set last_used_at = $2 where id = $1", [session, at]);
}

/** Those of a person that have not ended, as far as the database knows; newest first. */
export async function listSessions(client: Session, person: string, at: Date): Promise<StoredSession[]> {
  const { rows } = await client.query<StoredSession>(
    `select ${COLUMNS} from sessions where person = $1 and ended_at is null and expires_at > $2 order by id desc limit 200`,
    [person, at],
  );
  return rows;
}

/** Ends the sessions of a person, or one of them, in the client's transaction; the ids of those that had not ended. */
export async function endSessions(
  client: Session,
  { person, id, why, at }: { person: string; id?: string | undefined; why: EndReason; at: Date },
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select id from sessions where person = $1 and ($2::uuid is null or id = $2) and ended_at is null
     order by id for update`,
    [person, id],
  );
  const ids = rows.map((row) => row.id);
  await client.query("update sessions set ended_at = $2, ended_why = $3 where id = any($1::uuid[])", [
    ids,
    at,
    why,
  ]);
  return ids;
}

/** Sessions whose end is long past, with their tokens: a token of theirs is unknown from then on, and opens as little. */
export async function deleteOldSessions(client: Session, before: Date): Promise<void> {
  // Those that somebody else is just deleting are left to them.
  const { rows } = await client.query<{ id: string }>(
    "select id from sessions where expires_at < $1 order by expires_at limit 20 for update skip locked",
    [before],
  );
  if (rows.length > 0)
    await client.query("delete from sessions where id = any($1::uuid[])", [rows.map(({ id }) => id)]);
}
