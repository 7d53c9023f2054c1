import { stat } from "node:fs/promises";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { until } from "../../wait.ts";
import { type Access, ask } from "../connection.ts";
import { parseInfo } from "../info.ts";
import { RedisRefusal } from "../resp.ts";

export const SNAPSHOT = "dump.rdb";

const ANSWERS_WITHIN_MS = 2_000;

/**
 * Has a Redis write a snapshot of all that it holds, beside its work, and returns when that is whole.
 * https://redis.io/docs/latest/commands/bgsave/
 * @param directory its data directory, where the snapshot is `dump.rdb` then
 * @throws PlumblineError SNAPSHOT_FAILED
 */
export async function writeSnapshot(
  access: Access,
  directory: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const before = await modified(directory);
  await begin(access, timeoutMs, signal);
  // The file gets its name only when it is whole; its time tells it from the one before.
  const outcome = await until(
    async () => {
      signal.throwIfAborted();
      const fields = await persistence(access);
      if (fields.get("rdb_bgsave_in_progress") !== "0") return undefined;
      if (fields.get("rdb_last_bgsave_status") !== "ok") return "failed";
      return (await modified(directory)) === before ? undefined : "written";
    },
    { timeoutMs, everyMs: 20 },
  );
  if (outcome === "written") return;
  throw new PlumblineError(
    "SNAPSHOT_FAILED",
    `Redis at ${access.host}:${access.port} has not written its snapshot${outcome ? "" : ` within ${timeoutMs} ms`}.`,
    "Its log says why; most often the disk is full, or there is no memory for a second process.",
  );
}

/** One that is under way may have begun too early: the next one counts. */
async function begin(access: Access, timeoutMs: number, signal: AbortSignal): Promise<void> {
  await until(
    async () => {
      signal.throwIfAborted();
      const asked = ask(access, ANSWERS_WITHIN_MS, "BGSAVE");
      return asked.then(
        () => true as const,
        (error: unknown) => {
          if (error instanceof RedisRefusal && /in progress/.test(error.message)) return undefined;
          throw error;
        },
      );
    },
    { timeoutMs, everyMs: 50 },
  );
}

/** What a Redis says of its snapshots and of its append-only file. */
export async function persistence(access: Access): Promise<ReadonlyMap<string, string>> {
  return parseInfo(String(await ask(access, ANSWERS_WITHIN_MS, "INFO", "persistence")));
}

async function modified(directory: string): Promise<string | null> {
  const found = await stat(join(directory, SNAPSHOT), { bigint: true }).catch(() => null);
  return found && `${found.ino} ${found.mtimeNs}`;
}
