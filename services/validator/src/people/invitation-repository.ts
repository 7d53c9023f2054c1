import type { Pool, Session } from "../database/session.ts";
import type { Credentials } from "./person-repository.ts";

export interface Invitation {
  readonly person: string;
  /** What was chosen so far; it counts once it is confirmed. */
  readonly chosen: Credentials | undefined;
}

export interface NewInvitation {
  readonly person: string;
  readonly hash: Buffer;
  readonly expiresAt: Date;
}

const INSERT = "insert into invitations (person, hash, expires_at) values ($1, $2, $3)";
const REPLACED = "hash = $2, expires_at = $3, password_hash = null, totp_secret = null";

/** It takes the place of the one before. */
export async function saveInvitation(
  client: Session,
  { person, hash, expiresAt }: NewInvitation,
): Promise<void> {
  const text = {
    postgresql: `${INSERT} on conflict (person) do update set ${REPLACED}`,
    mysql: `${INSERT} on duplicate key update ${REPLACED}`,
  };
  await client.query({ text, values: [person, hash, expiresAt] });
}

/** `lock` keeps others from taking it up until the transaction ends. One that has expired is none. */
export async function findInvitation(
  client: Session,
  hash: Buffer,
  at: Date,
  lock: "" | "for update" = "",
): Promise<Invitation | undefined> {
  const { rows } = await client.query<{
    person: string;
    passwordHash: string | null;
    totpSecret: Buffer | null;
  }>(
    `select person, password_hash as "passwordHash", totp_secret as "totpSecret"
     from invitations where hash = $1 and expires_at > $2 ${lock}`,
    [hash, at],
  );
  if (rows[0] === undefined) return undefined;
  const { person, passwordHash, totpSecret } = rows[0];
  return {
    person,
    chosen: passwordHash === null || totpSecret === null ? undefined : { passwordHash, totpSecret },
  };
}

/** Whether there still was such an invitation. */
export async function saveChoice(
  client: Pool,
  hash: Buffer,
  { passwordHash, totpSecret }: Credentials,
): Promise<boolean> {
  const text = "update invitations set password_hash = $2, totp_secret = $3 where hash = $1";
  return (await client.query(text, [hash, passwordHash, totpSecret])).rowCount === 1;
}

export async function deleteInvitation(client: Session, person: string): Promise<void> {
  await client.query("delete from invitations where person = $1", [person]);
}
