import type { Config } from "../config.ts";

type Totals = Pick<
  Config,
  "writerConnections" | "readerConnections" | "lookupConnections" | "administrationConnections"
>;

/**
 * The variables in which a worker differs from the others. The connections to the database are the replica's, and its
 * workers share them, one of each kind for each at least. What runs in the background runs in the first worker only, which
 * has one more for that.
 *
 * @param number which worker, from 1 on. @param replica the replica's name where it has been given one.
 */
export function workerEnvironment(
  number: number,
  workers: number,
  totals: Totals,
  replica?: string,
): Record<string, string> {
  const share = (total: number) => String(shareOf(total, number, workers));
  return {
    WRITER_CONNECTIONS: share(totals.writerConnections),
    READER_CONNECTIONS: share(totals.readerConnections),
    LOOKUP_CONNECTIONS: share(totals.lookupConnections),
    ADMINISTRATION_CONNECTIONS: String(
      shareOf(totals.administrationConnections, number, workers) + (number === 1 ? 1 : 0),
    ),
    ...(number === 1 ? {} : { BACKTEST_CPU_PERCENT: "0", UPLOAD_CPU_PERCENT: "0" }),
    // Request ids, and the rows of decisions, tell workers apart; without a name they go by the process.
    ...(replica ? { REPLICA: `${replica}-${number}` } : {}),
  };
}

/** The first ones get what does not divide. */
export function shareOf(total: number, number: number, workers: number): number {
  return Math.max(1, Math.floor(total / workers) + (number <= total % workers ? 1 : 0));
}
