import { type Access, inSession } from "../connection.ts";
import { SUPERUSER } from "../initialise.ts";
import { scramVerifier } from "../roles.ts";

/** Gives the superuser the password that is its now: a backup has the one of its own time. */
export async function setSuperuserPassword(
  access: Access,
  password: string,
  timeoutMs = 10_000,
): Promise<void> {
  await inSession(access, timeoutMs, async (session) => {
    const verifier = session.escapeLiteral(scramVerifier(password));
    await session.query(`ALTER ROLE ${session.escapeIdentifier(SUPERUSER)} WITH PASSWORD ${verifier}`);
  });
}
