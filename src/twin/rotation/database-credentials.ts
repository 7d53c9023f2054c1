import type { Credentials } from "#control/rotation/rotation-state.ts";
import { APPLICATION, type Login, USERS } from "./application-logins.ts";
import type { StoreCredentials } from "./store-credentials.ts";

const WITHIN_MS = 10_000;

/** Where a service logs in, and as whom. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** How users of an engine are changed and tried, `withinMs` milliseconds at most. */
export interface LoginActs<Access> {
  set(access: Access, application: string, login: Login, withinMs: number): Promise<void>;
  /** @throws Error why a service could not do its work as this user. */
  attempt(place: Place, withinMs: number): Promise<void>;
}

/** What the credentials of a database are changed through. */
export interface DatabaseAccess<Access> {
  /** The superuser's or the supervisor's, on the primary; null while there is none. */
  readonly primaryAccess: () => Access | null;
  /** Where services reach the primary. */
  readonly writer: () => URL;
}

/** The credentials of a database: two users with the same rights, of which one is current. */
export class DatabaseCredentials<Access> implements StoreCredentials {
  readonly users = USERS;
  readonly #acts: LoginActs<Access>;
  readonly #store: DatabaseAccess<Access>;

  constructor(acts: LoginActs<Access>, store: DatabaseAccess<Access>) {
    this.#acts = acts;
    this.#store = store;
  }

  async set({ user }: Credentials, password: string): Promise<void> {
    await this.#acts.set(this.#primary, APPLICATION, { user, password }, WITHIN_MS);
  }

  async test({ user }: Credentials, password: string): Promise<void> {
    const { hostname, port } = this.#store.writer();
    const place = { host: hostname, port: Number(port), user, password, database: APPLICATION };
    await this.#acts.attempt(place, WITHIN_MS);
  }

  async disable({ user }: Credentials): Promise<void> {
    await this.#acts.set(this.#primary, APPLICATION, { user, password: null }, WITHIN_MS);
  }

  get #primary(): Access {
    const access = this.#store.primaryAccess();
    if (access === null) throw new Error("no primary runs");
    return access;
  }
}
