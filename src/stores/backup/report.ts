import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

export const REPORT = "report.json";

/** What came of restoring a backup to try it. */
export const Report = z.object({
  /** RFC 3339. */
  at: z.string(),
  seconds: z.number(),
  /** How much was read; null where it could not be. */
  read: z.object({ tables: z.int(), rows: z.int(), indexes: z.int(), keys: z.int() }).partial().nullable(),
  /** Why it cannot be restored; null where it can. */
  failure: z.string().nullable(),
});
export type Report = z.output<typeof Report>;

/** Null where the backup was not tried yet. */
export async function readReport(folder: string): Promise<Report | null> {
  try {
    return Report.parse(JSON.parse(await readFile(join(folder, REPORT), "utf8")));
  } catch {
    return null;
  }
}
