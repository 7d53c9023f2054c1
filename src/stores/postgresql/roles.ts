import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { REPLICATION_ROLE } from "./configure.ts";
import { inSession } from "./connection.ts";
import type { Access, Session } from "./connection.ts";

export interface Roles {
  /** What services log in as. */
  readonly application: { readonly user: string; readonly password: string; readonly database: string };
  /** The password of the role that standbys log in as. */
  readonly replicationPassword: string;
}

/**
 * Makes the application's role and database and the role for replication, or gives them these passwords where they
 * stand already. `access` is the superuser's, on a primary.
 */
export async function ensureRoles(
  access: Access,
  { application, replicationPassword }: Roles,
  timeoutMs = 10_000,
): Promise<void> {
  await inSession(access, timeoutMs, async (session) => {
    // This must not wait for a standby that is not there yet: its role is made here.
    await session.query("SET synchronous_commit = local");
    await ensureRole(session, REPLICATION_ROLE, "LOGIN REPLICATION", replicationPassword);
    await ensureRole(session, application.user, "LOGIN", application.password);
    await ensureDatabase(session, application.database, application.user);
  });
}

async function ensureRole(
  session: Session,
  name: string,
  attributes: string,
  password: string,
): Promise<void> {
  const { rowCount } = await session.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  // The password goes as its verifier, because a statement that fails is written to the server's log.
  const verifier = session.escapeLiteral(scramVerifier(password));
  const verb = rowCount === 0 ? "CREATE" : "ALTER";
  await session.query(
    `${verb} ROLE ${session.escapeIdentifier(name)} WITH ${attributes} PASSWORD ${verifier}`,
  );
}

async function ensureDatabase(session: Session, name: string, owner: string): Promise<void> {
  const { rowCount } = await session.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  const [database, role] = [session.escapeIdentifier(name), session.escapeIdentifier(owner)];
  await session.query(
    rowCount === 0
      ? `CREATE DATABASE ${database} OWNER ${role}`
      : `ALTER DATABASE ${database} OWNER TO ${role}`,
  );
}

/** https://www.rfc-editor.org/rfc/rfc5803 in the spelling of pg_authid.rolpassword. */
function scramVerifier(password: string, salt = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const stored = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const server = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${server}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
