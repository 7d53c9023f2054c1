import { type Access, query } from "#stores/postgresql/connection.ts";
import { setLogin } from "#stores/postgresql/roles.ts";
import { APPLICATION } from "./application-logins.ts";
import { type DatabaseAccess, DatabaseCredentials } from "./database-credentials.ts";

/** The credentials of a PostgreSQL store: whoever logs in acts as the owner of what services make. */
export function postgresqlCredentials(store: DatabaseAccess<Access>): DatabaseCredentials<Access> {
  return new DatabaseCredentials(
    {
      set: setLogin,
      async attempt(place, withinMs) {
        const [row] = await query<{ acts: string }>(place, withinMs, "SELECT current_user::text AS acts");
        if (row?.acts !== APPLICATION)
          throw new Error(`${place.user} acts as ${row?.acts}, not as ${APPLICATION}`);
      },
    },
    store,
  );
}
