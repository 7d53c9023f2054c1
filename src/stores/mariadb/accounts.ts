import { createHash } from "node:crypto";
import { type Access, inSession, type Session } from "./connection.ts";

/** As whom the supervisor asks. */
export const SUPERVISOR = "plumbline";
/** As whom a standby fetches the log. */
export const REPLICATION = "plumbline_replication";

/** A user that services log in as; with no password it may not log in. */
export interface Login {
  readonly user: string;
  readonly password: string | null;
}

export interface Application {
  readonly database: string;
  readonly logins: readonly Login[];
}

/** The supervisor's own table, written to see whether a commit gets through. RDS keeps one like it, mysql.rds_heartbeat2. */
export const HEARTBEAT = "mysql.plumbline_heartbeat";

/**
 * The text of an init file, which the server runs before it takes connections: every node has the supervisor's accounts,
 * with these passwords, whatever its data were copied from. It is no part of what is replicated.
 * https://mariadb.com/kb/en/server-system-variables/#init_file
 */
export function ownAccountsText(passwords: {
  readonly supervisor: string;
  readonly replication: string;
}): string {
  const statements = [
    "SET SESSION sql_log_bin = 0",
    ...account(SUPERVISOR, passwords.supervisor, "ALL PRIVILEGES"),
    `GRANT GRANT OPTION ON *.* TO '${SUPERVISOR}'@'%'`,
    ...account(REPLICATION, passwords.replication, "REPLICATION SLAVE"),
    `CREATE TABLE IF NOT EXISTS ${HEARTBEAT} (id TINYINT PRIMARY KEY, at DATETIME(6) NOT NULL) ENGINE = InnoDB`,
  ];
  return statements.map((statement) => `${statement};\n`).join("");
}

function account(user: string, password: string, privileges: string): string[] {
  return [
    `CREATE USER IF NOT EXISTS '${user}'@'%'`,
    `ALTER USER '${user}'@'%' IDENTIFIED VIA mysql_native_password USING '${verifier(password)}'`,
    `GRANT ${privileges} ON *.* TO '${user}'@'%'`,
  ];
}

/**
 * Makes the application's database and its users, or gives them these passwords where they stand already. `access` is the
 * supervisor's, on a primary.
 */
export async function ensureApplication(
  access: Access,
  { database, logins }: Application,
  timeoutMs = 10_000,
): Promise<void> {
  await inSession(access, timeoutMs, async (session) => {
    await session.query(`CREATE DATABASE IF NOT EXISTS ${identifier(database)}`);
    for (const login of logins) await ensureLogin(session, database, login);
  });
}

/**
 * Lets a user log in, or lets it do so no more; returns when a standby that the primary waits for has it as well.
 * Sessions that are open go on.
 */
export async function setLogin(
  access: Access,
  database: string,
  login: Login,
  timeoutMs: number,
): Promise<void> {
  await inSession(access, timeoutMs, (session) => ensureLogin(session, database, login));
}

/**
 * What a user may do: everything in the application's database, and see what the server does. The master user of RDS may
 * neither write to a standby nor change the server's settings.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
 */
async function ensureLogin(session: Session, database: string, { user, password }: Login): Promise<void> {
  const account = `${literal(user)}@'%'`;
  if (password === null) {
    await session.query(`CREATE USER IF NOT EXISTS ${account} ACCOUNT LOCK`);
    await session.query(`ALTER USER ${account} ACCOUNT LOCK`);
    return;
  }
  await session.query(`CREATE USER IF NOT EXISTS ${account} ACCOUNT LOCK`);
  await session.query(`GRANT ALL PRIVILEGES ON ${identifier(database)}.* TO ${account}`);
  await session.query(`GRANT PROCESS, REPLICATION CLIENT ON *.* TO ${account}`);
  // The password goes as its verifier, because statements are written to the log that standbys read. It comes last: who
  // can log in has every right already.
  await session.query(
    `ALTER USER ${account} IDENTIFIED VIA mysql_native_password USING ${literal(verifier(password))} ACCOUNT UNLOCK`,
  );
}

/**
 * What the server keeps of a password.
 * https://mariadb.com/kb/en/authentication-plugin-mysql_native_password/
 */
export function verifier(password: string): string {
  const once = createHash("sha1").update(password).digest();
  return `*${createHash("sha1").update(once).digest("hex").toUpperCase()}`;
}

function identifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function literal(text: string): string {
  return `'${text.replaceAll("\\", String.raw`\\`).replaceAll("'", "''")}'`;
}
