import type { SecretFile } from "../secrets.ts";
import { keptCredentials, passwordsOf } from "./kept-credentials.ts";

/** What services log in to, and the first of the users that they log in as: the owner of what they make. */
export const APPLICATION = "app";

/** The users that take turns; Secrets Manager's own rotation names the second one like this. */
export const USERS = [APPLICATION, `${APPLICATION}_clone`];

/** Who may log in; without a password nobody can as this user. */
export interface Login {
  readonly user: string;
  readonly password: string | null;
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
