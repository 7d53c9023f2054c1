import { type Application, setLogin } from "#stores/mariadb/accounts.ts";
import { type Access, query } from "#stores/mariadb/connection.ts";
import type { SecretFile } from "../secrets.ts";
import { APPLICATION, applicationLogins } from "./application-logins.ts";
import { type DatabaseAccess, DatabaseCredentials } from "./database-credentials.ts";

/** The credentials of a MySQL store. */
export function mysqlCredentials(store: DatabaseAccess<Access>): DatabaseCredentials<Access> {
  return new DatabaseCredentials(
    {
      set: setLogin,
      attempt: async (place, withinMs) => void (await query(place, withinMs, "SELECT 1")),
    },
    store,
  );
}

/** The database of services, and who may log in to it now. */
export function applicationOf(store: string, secrets: SecretFile): Application {
  return { database: APPLICATION, logins: applicationLogins(secrets, store) };
}
