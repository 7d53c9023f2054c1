import { CacheAway } from "../cache/cache.ts";
import { Problem } from "../http/problems.ts";

/** Asks Redis what nobody is let in without: while it is away the answer is `sessions_unavailable`. */
export async function reached<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (error) {
    throw error instanceof CacheAway ? new Problem("sessions_unavailable") : error;
  }
}
