/** What retention needs to know of a backup; times are milliseconds since 1970. */
export interface Aged {
  readonly id: string;
  readonly finishedAt: number;
}

/**
 * The backups that nobody needs any more. Every moment of the window `[now - retention, now]` stays restorable that was
 * before: the backups of the window stay, and so does the newest one that is older, because the log goes on from it. The
 * newest backup of all stays however old it is.
 */
export function expired<Backup extends Aged>(
  backups: readonly Backup[],
  now: number,
  retentionMs: number,
): Backup[] {
  const older = backups
    .filter(({ finishedAt }) => finishedAt < now - retentionMs)
    .toSorted((a, b) => a.finishedAt - b.finishedAt);
  return older.slice(0, -1);
}
