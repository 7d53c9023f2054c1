import type { Credentials } from "#control/rotation/rotation-state.ts";
import { type Application, setLogin } from "#stores/mariadb/accounts.ts";
import { type Access, query } from "#stores/mariadb/connection.ts";
import type { SecretFile } from "../secrets.ts";
import { APPLICATION, applicationLogins } from "./postgresql-credentials.ts";
import type { StoreCredentials } from "./store-credentials.ts";

export { APPLICATION, applicationLogin } from "./postgresql-credentials.ts";

/** The users that take turns; Secrets Manager's own rotation names the second one like this. */
const USERS = [APPLICATION, `${APPLICATION}_clone`];

const WITHIN_MS = 10_000;

/** What the credentials of a MySQL store are changed through. */
interface MysqlAccess {
  /** The supervisor's, on the primary; null while there is none. */
  readonly primaryAccess: () => Access | null;
  /** Where services reach the primary. */
  readonly writer: () => URL;
}

/** The credentials of a MySQL store: two users with the same rights, of which one is current. */
export class MysqlCredentials implements StoreCredentials {
  readonly users = USERS;
  readonly #store: MysqlAccess;

  constructor(store: MysqlAccess) {
    this.#store = store;
  }

  async set({ user }: Credentials, password: string): Promise<void> {
    await setLogin(this.#primary, APPLICATION, { user, password }, WITHIN_MS);
  }

  async test({ user }: Credentials, password: string): Promise<void> {
    const { hostname, port } = this.#store.writer();
    const access = { host: hostname, port: Number(port), user, password, database: APPLICATION };
    await query(access, WITHIN_MS, "SELECT 1");
  }

  async disable({ user }: Credentials): Promise<void> {
    await setLogin(this.#primary, APPLICATION, { user, password: null }, WITHIN_MS);
  }

  get #primary(): Access {
    const access = this.#store.primaryAccess();
    if (access === null) throw new Error("no primary runs");
    return access;
  }
}

/** The database of services, and who may log in to it now. */
export function applicationOf(store: string, secrets: SecretFile): Application {
  return { database: APPLICATION, logins: applicationLogins(secrets, store) };
}
