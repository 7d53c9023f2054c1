import { PlumblineError } from "#model/errors.ts";
import { type Access, ask } from "./connection.ts";
import { parseReplication } from "./info.ts";

/**
 * Makes a replica the primary and returns once it accepts writes; one that is the primary already stays as it is. What
 * it had not received from the old primary is lost. Whoever calls this has made sure that the old primary is gone.
 * https://redis.io/docs/latest/commands/replicaof/
 */
export async function promote(replica: Access, timeoutMs: number): Promise<void> {
  await ask(replica, timeoutMs, "REPLICAOF", "NO", "ONE");
  const { role } = parseReplication(String(await ask(replica, timeoutMs, "INFO", "replication")));
  if (role === "primary") return;
  throw new PlumblineError(
    "PROMOTION_FAILED",
    `The replica at ${replica.host}:${replica.port} did not become the primary.`,
    "See its log; the controller asks again.",
  );
}
