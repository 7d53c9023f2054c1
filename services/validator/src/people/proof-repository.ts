// What people prove themselves by: each code counts once.
import type pg from "pg";

import type { Role } from "../access/roles.ts";
import type { Credentials } from "./person-repository.ts";

export interface Provable extends Credentials {
  readonly name: string;
  readonly isLocked: boolean;
}

/** Undefined for who has not signed up. */
export async function findProvable(pool: pg.Pool, name: string): Promise<Provable | undefined> {
  const { rows } = await pool.query<Provable>({
    name: "people.provable",
    text: `select name, password_hash as "passwordHash", totp_secret as "totpSecret", locked_at is not null as "isLocked"
           from people where name = $1 and password_hash is not null`,
    values: [name],
  });
  return rows[0];
}

/** Uses up a time step and all before; whether it was not used up before. */
export async function useStep(client: pg.ClientBase, name: string, step: number): Promise<boolean> {
  const text = "update people set totp_step = $2 where name = $1 and totp_step < $2";
  return (await client.query(text, [name, step])).rowCount === 1;
}

/** Uses up a recovery code; whether there was such a code. */
export async function useRecoveryCode(client: pg.ClientBase, name: string, hash: Buffer): Promise<boolean> {
  const text =
    "update recovery_codes set used_at = now() where person = $1 and hash = $2 and used_at is null";
  return (await client.query(text, [name, hash])).rowCount === 1;
}

/** What somebody may do who has just proved themselves; undefined where that has changed meanwhile. */
export async function findProved(
  client: pg.ClientBase,
  { name, passwordHash, totpSecret }: Provable,
): Promise<readonly Role[] | undefined> {
  const { rows } = await client.query<{ roles: Role[] }>(
    `select roles from people
     where name = $1 and password_hash = $2 and totp_secret = $3 and locked_at is null for update`,
    [name, passwordHash, totpSecret],
  );
  return rows[0]?.roles;
}

export async function replaceRecoveryCodes(
  client: pg.ClientBase,
  name: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await client.query("delete from recovery_codes where person = $1", [name]);
  await client.query("insert into recovery_codes (person, hash) select $1, unnest($2::bytea[])", [
    name,
    hashes,
  ]);
}
