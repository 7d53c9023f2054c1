import type { Credentials } from "#control/rotation/rotation-state.ts";

/** What a rotation does in a store. Each of it may be repeated. */
export interface StoreCredentials {
  /** Who takes turns; a single user where one may have two passwords. */
  readonly users: readonly string[];
  /** Lets the user log in with the password, beside what works now. */
  set(credentials: Credentials, password: string): Promise<void>;
  /** Does with it what a service does. @throws Error why that is not possible. */
  test(credentials: Credentials, password: string): Promise<void>;
  /** Lets nobody log in with it any more. */
  disable(credentials: Credentials, password: string | null): Promise<void>;
}
