import type { Credentials } from "#control/rotation/rotation-state.ts";
import { type Access, query } from "#stores/postgresql/connection.ts";
import { type Login, setLogin } from "#stores/postgresql/roles.ts";
import type { SecretFile } from "../secrets.ts";
import { keptCredentials, passwordsOf } from "./kept-credentials.ts";
import type { StoreCredentials } from "./store-credentials.ts";

/** What services log in to, and the first of the users that they log in as: the owner of what they make. */
export const APPLICATION = "app";

/** The users that take turns; Secrets Manager's own rotation names the second one like this. */
const USERS = [APPLICATION, `${APPLICATION}_clone`];

const WITHIN_MS = 10_000;

/** What the credentials of a PostgreSQL store are changed through. */
export interface PostgresqlAccess {
  /** The superuser's, on the primary; null while there is none. */
  readonly primaryAccess: () => Access | null;
  /** Where services reach the primary. */
  readonly writer: () => URL;
}

/** The credentials of a PostgreSQL store: two users, of which one is current. */
export class PostgresqlCredentials implements StoreCredentials {
  readonly users = USERS;
  readonly #store: PostgresqlAccess;

  constructor(store: PostgresqlAccess) {
    this.#store = store;
  }

  async set({ user }: Credentials, password: string): Promise<void> {
    await setLogin(this.#primary, APPLICATION, { user, password }, WITHIN_MS);
  }

  async test({ user }: Credentials, password: string): Promise<void> {
    const { hostname, port } = this.#store.writer();
    const access = { host: hostname, port: Number(port), user, password, database: APPLICATION };
    const [row] = await query<{ acts: string }>(access, WITHIN_MS, "SELECT current_user::text AS acts");
    if (row?.acts !== APPLICATION) throw new Error(`${user} acts as ${row?.acts}, not as ${APPLICATION}`);
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

/** What services log in with now. */
export function applicationLogin(secrets: SecretFile, store: string): { user: string; password: string } {
  const { current } = keptCredentials(secrets, store, APPLICATION);
  return { user: current.user, password: passwordsOf(secrets, store).current };
}

/** Who may log in now; who is about to be let in is left alone. */
export function applicationLogins(secrets: SecretFile, store: string): Login[] {
  const { current, pending, previous } = keptCredentials(secrets, store, APPLICATION);
  const passwords = passwordsOf(secrets, store);
  return USERS.filter((user) => user !== pending?.user).map((user) => {
    if (user === current.user) return { user, password: passwords.current };
    return { user, password: user === previous?.user ? passwords.previous : null };
  });
}
