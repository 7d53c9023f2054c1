// What people prove themselves by: each code counts once.
import type { Role } from "../access/roles.ts";
import type { Pool, Session } from "../database/session.ts";
import type { Credentials } from "./person-repository.ts";

export interface Provable extends Credentials {
  readonly name: string;
  /** The newest time step of the authenticator that was used up. */
  readonly totpStep: number;
  readonly isLocked: boolean;
}

/** Undefined for who has not signed up. */
export async function findProvable(pool: Pool, name: string): Promise<Provable | undefined> {
  const { rows } = await pool.query<Omit<Provable, "isLocked"> & { lockedAt: Date | null }>({
    name: "people.provable",
    text: `select name, password_hash as "passwordHash", totp_secret as "totpSecret", totp_step as "totpStep",
           locked_at as "lockedAt" from people where name = $1 and password_hash is not null`,
    values: [name],
    numbers: ["totpStep"],
  });
  // To MySQL a name with spaces behind it is the same name; attempts would be counted for another one.
  if (rows[0]?.name !== name) return undefined;
  const { lockedAt, ...provable } = rows[0];
  return { ...provable, isLocked: lockedAt !== null };
}

/** Uses up a time step and all before; whether it was not used up before. */
export async function useStep(client: Session, name: string, step: number): Promise<boolean> {
  const text = "update people set totp_step = $2 where name = $1 and totp_step < $2";
  return (await client.query(text, [name, step])).rowCount === 1;
}

/** Whether there is such a recovery code, which was not used yet. */
export async function hasRecoveryCode(pool: Pool, name: string, hash: Buffer): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: "people.recovery-code",
    text: "select 1 from recovery_codes where person = $1 and hash = $2 and used_at is null",
    values: [name, hash],
  });
  return rowCount === 1;
}

/** Uses up a recovery code; whether there was such a code. */
export async function useRecoveryCode(client: Session, name: string, hash: Buffer): Promise<boolean> {
  const text =
    "update recovery_codes set used_at = current_timestamp(6) where person = $1 and hash = $2 and used_at is null";
  return (await client.query(text, [name, hash])).rowCount === 1;
}

/** What somebody may do who has just proved themselves; undefined where that has changed meanwhile. */
export async function findProved(
  client: Session,
  { name, passwordHash, totpSecret }: Provable,
): Promise<readonly Role[] | undefined> {
  const { rows } = await client.query<{ roles: Role[] }>({
    text: `select roles from people
           where name = $1 and password_hash = $2 and totp_secret = $3 and locked_at is null for update`,
    values: [name, passwordHash, totpSecret],
    json: ["roles"],
  });
  return rows[0]?.roles;
}

export async function replaceRecoveryCodes(
  client: Session,
  name: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await client.query("delete from recovery_codes where person = $1", [name]);
  const rows = hashes.map((_, index) => `($1, $${index + 2})`);
  await client.query(`insert into recovery_codes (person, hash) values ${rows.join(", ")}`, [
    name,
    ...hashes,
  ]);
}
