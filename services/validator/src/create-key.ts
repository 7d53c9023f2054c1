// The first key: `node services/validator/src/create-key.ts --role administrator --name "Alice's laptop" --owner alice`.
import { parseArgs } from "node:util";

import { createKey, type KeyRequest } from "./access/keys.ts";
import { ACTOR, isReserved } from "./access/principal.ts";
import { ROLES, type Role } from "./access/roles.ts";
import { commandActor, runCommand, UsageError } from "./command.ts";
import { inTransaction } from "./database/transaction.ts";

const USAGE = `Usage: node services/validator/src/create-key.ts --role administrator --name "Alice's laptop" --owner alice

  --role   ${ROLES.join(", ")}; may be given several times
  --name   what the key is for
  --owner  who acts with it (what --name says)
  --days   after which it expires (never)

The key is printed once, on stdout. The database is that of DATABASE_URL.`;

function readRequest(): KeyRequest | undefined {
  const { values } = parseArgs({
    options: {
      role: { type: "string", multiple: true },
      name: { type: "string" },
      owner: { type: "string" },
      days: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  const { role: roles = [], name, owner = name, days } = values;
  if (name === undefined || owner === undefined || roles.length === 0)
    throw new UsageError("A key takes --role and --name.");
  const unknown = roles.find((role) => !ROLES.includes(role as Role));
  if (unknown !== undefined) throw new UsageError(`There is no role ${JSON.stringify(unknown)}.`);
  if (!/^[^\p{Cc}\p{Cs}]{1,100}$/u.test(name)) throw new UsageError("--name is 1 to 100 characters.");
  if (!ACTOR.test(owner) || isReserved(owner))
    throw new UsageError("--owner is 1 to 100 letters, digits and ._@+:-");
  if (days !== undefined && !/^[1-9][0-9]{0,3}$/.test(days))
    throw new UsageError("--days is a number from 1 to 9999.");
  const expiresAt = days === undefined ? null : Date.now() + Number(days) * 86_400_000;
  return { name, owner, roles: [...new Set(roles)] as Role[], expiresAt };
}

await runCommand({
  name: "create-key",
  usage: USAGE,
  failed: "The key was not made",
  read: readRequest,
  async run(pool, request) {
    const { key } = await inTransaction(pool, "write", (client) =>
      createKey(client, commandActor(), request),
    );
    process.stdout.write(`${key}\n`);
    process.stderr.write("This is the only time that the key is shown.\n");
  },
});
