// The first administrator: `node services/validator/src/create-person.ts --name erika --role administrator`.
import { parseArgs } from "node:util";

import { isReserved } from "./access/principal.ts";
import type { Role } from "./access/roles.ts";
import { commandActor, runCommand, UsageError } from "./command.ts";
import { inTransaction } from "./database/transaction.ts";
import { invite, reset } from "./people/administration.ts";
import { NAME_PATTERN, PERSON_ROLES } from "./people/schema.ts";
import { endSessions } from "./people/session-repository.ts";

const USAGE = `Usage: node services/validator/src/create-person.ts --name erika --role administrator

  --name          by which the person signs in and acts: small letters, digits and ._@+-
  --display-name  as it is shown (what --name says)
  --role          ${PERSON_ROLES.join(", ")}; may be given several times
  --reset         the person is there, and is to sign up again; takes no role

The invitation to sign up is printed once, on stdout. The database is that of DATABASE_URL.`;

interface Request {
  name: string;
  displayName: string;
  roles: Role[];
  isReset: boolean;
}

function readRequest(): Request | undefined {
  const { values } = parseArgs({
    options: {
      name: { type: "string" },
      "display-name": { type: "string" },
      role: { type: "string", multiple: true },
      reset: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  const { name, "display-name": displayName = name, role: roles = [], reset: isReset = false } = values;
  if (name === undefined || displayName === undefined || (roles.length === 0) !== isReset)
    throw new UsageError("A person takes --name, and one of --role and --reset.");
  const unknown = roles.find((role) => !(PERSON_ROLES as readonly string[]).includes(role));
  if (unknown !== undefined) throw new UsageError(`People do not have a role ${JSON.stringify(unknown)}.`);
  if (!new RegExp(NAME_PATTERN).test(name) || isReserved(name))
    throw new UsageError("--name is 1 to 100 small letters, digits and ._@+-");
  if (!/^[^\p{Cc}\p{Cs}]{1,100}$/u.test(displayName))
    throw new UsageError("--display-name is 1 to 100 characters.");
  return { name, displayName, roles: [...new Set(roles)] as Role[], isReset };
}

await runCommand({
  name: "create-person",
  usage: USAGE,
  failed: "No invitation was made",
  read: readRequest,
  async run(pool, request) {
    const { name, isReset } = request;
    const actor = commandActor();
    const { invitation, expiresAt } = await inTransaction(pool, "write", async (client) => {
      if (!isReset) return invite(client, actor, request, Date.now());
      // Their refresh tokens open nothing from then on, whatever Redis has.
      await endSessions(client, { person: name, why: "reset", at: new Date() });
      return reset(client, actor, { name, reason: "by command", mayBeLast: true }, Date.now());
    });
    process.stdout.write(`${invitation}\n`);
    process.stderr.write(
      `${name} signs up by POST /v1/people/sign-up with it until ${expiresAt.toISOString()}. It is not shown again.\n`,
    );
  },
});
