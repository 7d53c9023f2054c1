import type pg from "pg";

import type { Scheduled } from "./signing-schedule.ts";

export interface StoredSigningKey extends Scheduled {
  /** As it was sealed. */
  readonly privateKey: Buffer;
}

export async function readSigningKeys(client: pg.Pool | pg.ClientBase): Promise<StoredSigningKey[]> {
  const { rows } = await client.query<{ kid: string; privateKey: Buffer; signsFrom: Date }>({
    name: "people.signing-keys",
    text: `select kid, private_key as "privateKey", signs_from as "signsFrom" from signing_keys`,
  });
  return rows.map((row) => ({ ...row, signsFrom: row.signsFrom.getTime() }));
}

export async function insertSigningKey(
  client: pg.ClientBase,
  { kid, privateKey, signsFrom }: StoredSigningKey,
): Promise<void> {
  await client.query("insert into signing_keys (kid, private_key, signs_from) values ($1, $2, $3)", [
    kid,
    privateKey,
    new Date(signsFrom),
  ]);
}

export async function deleteSigningKeys(client: pg.ClientBase, kids: readonly string[]): Promise<void> {
  await client.query("delete from signing_keys where kid = any($1::text[])", [kids]);
}

/** Any number that nobody else locks by. */
const LOCK = 7_201_845_334;

/** Until the transaction ends nobody else makes a key. */
export async function takeTurn(client: pg.ClientBase): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1)", [LOCK]);
}
