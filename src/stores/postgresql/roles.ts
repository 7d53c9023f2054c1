import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { REPLICATION_ROLE } from "./configure.ts";
import { inSession } from "./connection.ts";
import type { Access, Session } from "./connection.ts";

/** A user that services log in as; with no password it may not log in. */
export interface Login {
  readonly user: string;
  readonly password: string | null;
}

export interface Roles {
  /** What services log in as. */
  readonly application: {
    /** Owns the database and what is in it. */
    readonly user: string;
    readonly password: string;
    readonly database: string;
    /** Who may log in, where credentials were rotated: others than the owner act as it. Just the owner if left out. */
    readonly logins?: readonly Login[];
  };
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
    const { user, password, logins = [{ user, password }] } = application;
    if (logins.every((login) => login.user !== user))
      await ensureLogin(session, user, { user, password: null });
    for (const login of logins) await ensureLogin(session, user, login);
    await ensureDatabase(session, application.database, application.user);
  });
}

/**
 * Lets a user log in, or lets it do so no more; returns when a standby that the primary waits for has it as well. A
 * session of one that is not the owner acts as the owner from its first moment: what it makes belongs to the owner, so
 * that whoever comes after it may change that. It is one transaction: what a server that hung does late ends with the
 * connection, or before somebody else can change the user.
 * https://www.postgresql.org/docs/current/sql-set-role.html
 */
export async function setLogin(
  access: Access,
  owner: string,
  login: Login,
  timeoutMs: number,
): Promise<void> {
  await inSession(access, timeoutMs, async (session) => {
    await session.query("BEGIN");
    await ensureLogin(session, owner, login);
    await session.query("COMMIT");
  });
}

async function ensureLogin(session: Session, owner: string, { user, password }: Login): Promise<void> {
  const [name, group] = [session.escapeIdentifier(user), session.escapeIdentifier(owner)];
  if (password === null) {
    const { rowCount } = await session.query("SELECT FROM pg_roles WHERE rolname = $1", [user]);
    if (rowCount !== 0) await session.query(`ALTER ROLE ${name} WITH NOLOGIN`);
    else if (user === owner) await session.query(`CREATE ROLE ${name} WITH NOLOGIN`);
    return;
  }
  await ensureRole(session, user, "LOGIN", password);
  if (user === owner) return;
  await session.query(`GRANT ${group} TO ${name}`);
  await session.query(`ALTER ROLE ${name} SET role TO ${session.escapeLiteral(owner)}`);
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
export function scramVerifier(password: string, salt = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const stored = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const server = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${server}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
