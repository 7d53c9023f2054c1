import { setTimeout as pause } from "node:timers/promises";
import { PlumblineError } from "#model/errors.ts";
import type { Manifest } from "../../backup/manifest.ts";
import { type Access, inSession } from "../connection.ts";
import { isSegment, timelineOf } from "./segments.ts";

/**
 * Lets `copy` copy the data directory of a running server, and returns once the log that belongs to the copy is archived.
 * https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 * @param isArchivedYet whether a segment has been archived
 * @throws PlumblineError ARCHIVE_LATE
 */
export async function whileBackingUp<T>(
  server: Access,
  copy: () => Promise<T>,
  isArchivedYet: (segment: string) => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ readonly copied: T; readonly log: NonNullable<Manifest["log"]> }> {
  return inSession(server, timeoutMs, async (session) => {
    const { rows: settings } = await session.query<{ bytes: string }>(
      "SELECT setting AS bytes FROM pg_settings WHERE name = 'wal_segment_size'",
    );
    // A checkpoint at leisure would let whoever waits for the backup wait for minutes.
    const { rows: begin } = await session.query<{ first: string }>(
      "SELECT pg_walfile_name(pg_backup_start('plumbline', true)) AS first",
    );
    const copied = await copy();
    signal.throwIfAborted();
    const { rows: end } = await session.query<{ label: string; last: string }>(
      "SELECT labelfile AS label, pg_walfile_name(lsn) AS last FROM pg_backup_stop(false)",
    );
    const [{ first } = { first: "" }, { label, last } = { label: "", last: "" }] = [begin[0], end[0]];
    await untilArchived(last, isArchivedYet, signal);
    const segmentBytes = Number(settings[0]?.bytes);
    return { copied, log: { first, last, timeline: timelineOf(first), segmentBytes, label } };
  });
}

const ARCHIVED_WITHIN_MS = 60_000;

async function untilArchived(
  segment: string,
  isArchivedYet: (segment: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const end = performance.now() + ARCHIVED_WITHIN_MS;
  while (!isArchivedYet(segment)) {
    if (performance.now() > end) {
      throw new PlumblineError(
        "ARCHIVE_LATE",
        `The log up to ${segment} was not archived within ${ARCHIVED_WITHIN_MS / 1000} s.`,
        "See the store's log for what archive_command says; most often the disk is full.",
      );
    }
    await pause(20, undefined, { signal });
  }
}

/** Has everything that is committed by now archived. @returns the last segment of it, and the time of a commit after it. */
export async function flushLog(
  server: Access,
  isArchivedYet: (segment: string) => boolean,
  signal: AbortSignal,
): Promise<{ readonly segment: string; readonly committedAt: string }> {
  const { segment, committedAt } = await inSession(server, ARCHIVED_WITHIN_MS, async (session) => {
    // What matters is that it is archived, with or without a standby.
    await session.query("SET synchronous_commit = local");
    // A restore to a time ends before the first commit that is later: there must be one.
    const { rows } = await session.query<{ at: Date }>(
      "SELECT clock_timestamp() AS at FROM pg_logical_emit_message(true, 'plumbline', 'flush')",
    );
    const { rows: switched } = await session.query<{ segment: string }>(
      "SELECT pg_walfile_name(pg_switch_wal()) AS segment",
    );
    return { segment: switched[0]?.segment ?? "", committedAt: (rows[0]?.at ?? new Date()).toISOString() };
  });
  if (isSegment(segment)) await untilArchived(segment, isArchivedYet, signal);
  return { segment, committedAt };
}
