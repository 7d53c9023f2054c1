import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { APPEND_ONLY_FILE, AUTOMATIC_SNAPSHOT_EVERY } from "#aws/caches.ts";
import { LONGEST_BACKUP_RETENTION_DAYS } from "#aws/databases.ts";
import { TIMINGS } from "#aws/timings/timings.ts";
import { spanOf } from "../failover.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { caches, type Database, databases, objectivesOf, productOf, type Redis, stateOf } from "../parts.ts";
import { list, time } from "../words.ts";

const DAY = 86_400_000;

/** What the loss of a store's data costs: how old the newest moment is that can be restored, against what is promised. */
export const recoveryPoint: Check = (architecture) => {
  const limit = promisedLoss(architecture);
  return [
    ...databases(architecture).flatMap(([name, store]) => [
      ...retention(name, store),
      ...logInterval(name, store),
      database(name, store, limit),
    ]),
    ...caches(architecture).map(([name, store]) => cache(name, store, limit)),
  ];
};

/** The least loss that is promised, for whatever fault; null where nothing is. */
export function promisedLoss(architecture: ResolvedArchitecture): number | null {
  const times = [
    ...objectivesOf(architecture, "data-loss").map(({ within }) => within),
    ...(architecture.recovery.rpo === undefined ? [] : [architecture.recovery.rpo]),
  ];
  return times.length > 0 ? Math.min(...times) : null;
}

function database(name: string, store: Database, limit: number | null): Finding {
  const at = `stores.${name}.backup`;
  const { backup } = store;
  const upload = TIMINGS["rds-log-upload"];
  const figure = backup.pointInTime ? backup.logEvery : backup.every;
  const how = backup.pointInTime
    ? `The log of changes is saved every ${time(backup.logEvery)}, so that point-in-time recovery loses up to that`
    : `Without point-in-time recovery the last of the backups, one every ${time(backup.every)}, is all that there is`;
  const found: Found = {
    check: "recovery-point",
    part: at,
    figure,
    ...(limit === null ? {} : { limit }),
    unit: "milliseconds",
    says: `${how}${limit === null ? "" : `; promised are ${time(limit)}${figure === limit ? ", which leaves nothing over" : ""}`}.`,
    references: referencesTo(upload),
  };
  if (store.hosting === "pods")
    return fails(
      { ...found, says: `Nothing of AWS's backs up ${name}, which is in pods.` },
      `Let AWS run it, by stores.${name}.hosting "managed".`,
    );
  if (limit === null || figure <= limit) return holds(found);
  if (!backup.pointInTime) return fails(found, `Turn ${at}.pointInTime on.`, { [`${at}.pointInTime`]: true });
  const saved = spanOf(upload).to;
  if (limit >= saved)
    return fails(found, `Save the log every ${time(limit)}: AWS does so every ${time(saved)}.`, {
      [`${at}.logEvery`]: limit,
    });
  return fails(
    found,
    `Promise ${time(saved)}: AWS saves the log no more often. Less is lost only where a standby has what was written, which is so when an instance or a zone is gone, and not when the data is.`,
  );
}

/** What is declared has no setting at AWS: the log is saved when AWS saves it. */
function logInterval(name: string, { backup, hosting }: Database): Finding[] {
  const upload = TIMINGS["rds-log-upload"];
  const saved = spanOf(upload).to;
  if (hosting === "pods" || !backup.pointInTime || backup.logEvery >= saved) return [];
  const part = `stores.${name}.backup.logEvery`;
  return [
    fails(
      {
        check: "log-interval",
        part,
        figure: backup.logEvery,
        limit: saved,
        unit: "milliseconds",
        says: `The log of ${name} is to be saved every ${time(backup.logEvery)}. AWS saves it every ${time(saved)}, and has no setting for that.`,
        references: referencesTo(upload),
      },
      `Set ${part} to ${time(saved)}.`,
      { [part]: saved },
    ),
  ];
}

function retention(name: string, { backup, hosting }: Database): Finding[] {
  if (hosting === "pods") return [];
  const days = backup.retention / DAY;
  const most = LONGEST_BACKUP_RETENTION_DAYS;
  const at = `stores.${name}.backup.retention`;
  const found = {
    check: "backup-retention",
    part: at,
    figure: backup.retention / 1000,
    limit: most.value * 86_400,
    unit: "seconds" as const,
    says:
      days < 1
        ? `Backups are kept for ${time(backup.retention)}. RDS counts whole days: with 0 it makes none, and nothing can be restored.`
        : `Backups are kept for ${time(backup.retention)}. AWS keeps them for 1 to ${most.value} days.`,
    references: referencesTo(most),
  };
  if (days >= 1 && days <= most.value) return [holds(found)];
  const wanted = days < 1 ? 7 : most.value;
  return [
    fails(
      found,
      days < 1
        ? "Keep them for a week."
        : `Keep them for ${most.value} days, and what has to be kept longer by AWS Backup, in a vault.`,
      { [at]: wanted * DAY },
    ),
  ];
}

function cache(name: string, store: Redis, limit: number | null): Finding {
  const at = `stores.${name}.snapshots`;
  const state = stateOf(store);
  const found = { check: "recovery-point", part: at };
  if (state.length === 0)
    return holds({
      ...found,
      says: `What ${name} holds (${list(store.purposes)}) can be made again; losing it loses no data.`,
    });
  const file = store.appendOnlyFile && store.hosting === "pods" ? 1000 : null;
  const every = file ?? store.snapshots?.every ?? Number.POSITIVE_INFINITY;
  const kept =
    file !== null
      ? "its append-only file is written every second, on a volume in one zone"
      : Number.isFinite(every)
        ? `a snapshot is taken every ${time(every)}`
        : "it has no snapshots";
  const figured: Found = {
    ...found,
    ...(Number.isFinite(every) ? { figure: every } : {}),
    ...(limit === null ? {} : { limit }),
    unit: "milliseconds",
    says: `${name} holds ${list(state)}, and ${kept}: ${Number.isFinite(every) ? `up to ${time(every)} of it are lost` : "all of it is lost"} when its data is gone${limit === null ? "" : `; promised are ${time(limit)}`}. A failover of ${productOf(store)} may lose the last writes as well, because replicas follow asynchronously.`,
    references: referencesTo(AUTOMATIC_SNAPSHOT_EVERY, APPEND_ONLY_FILE),
  };
  if (limit === null)
    return inconclusive(
      figured,
      "Say how much of it may be lost, by an objective data-loss or recovery.rpo.",
    );
  if (every <= limit) return holds(figured);
  return fails(
    figured,
    `Keep ${list(state)} where point-in-time recovery reaches them, in the database or in SQS, or in MemoryDB, which is durable; or leave them out of the promise.`,
  );
}
