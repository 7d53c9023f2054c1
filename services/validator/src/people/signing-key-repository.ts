import type { Session } from "../database/session.ts";
import type { Scheduled } from "./signing-schedule.ts";

export interface StoredSigningKey extends Scheduled {
  /** As it was sealed. */
  readonly privateKey: Buffer;
}

export async function readSigningKeys(client: Session): Promise<StoredSigningKey[]> {
  const { rows } = await client.query<{ kid: string; privateKey: Buffer; signsFrom: Date }>({
    name: "people.signing-keys",
    text: `select kid, private_key as "privateKey", signs_from as "signsFrom" from signing_keys`,
  });
  return rows.map((row) => ({ ...row, signsFrom: row.signsFrom.getTime() }));
}

export async function insertSigningKey(
  client: Session,
  { kid, privateKey, signsFrom }: StoredSigningKey,
): Promise<void> {
  await client.query("insert into signing_keys (kid, private_key, signs_from) values ($1, $2, $3)", [
    kid,
    privateKey,
    new Date(signsFrom),
  ]);
}

export async function deleteSigningKeys(client: Session, kids: readonly string[]): Promise<void> {
  await client.query("delete from signing_keys where kid = any($1::text[])", [kids]);
}
