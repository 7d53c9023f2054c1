import { persist } from "../database/backoff.ts";
import { isFaultOfRows } from "../database/errors.ts";
import type { Pool, Statement } from "../database/session.ts";
import type { Ask } from "./past-decisions.ts";

/** Milliseconds that a question is repeated for: a failover takes less. */
export const PATIENCE = 60_000;

/** Asks the reader, and the writer where the reader does not answer; both again for `patience` milliseconds. */
export function createAsk(reader: Pool, writer: Pool, patience = PATIENCE): Ask {
  return async <Row extends object>(query: Statement): Promise<Row[]> => {
    const ask = async () => {
      try {
        return (await reader.query<Row>(query)).rows;
      } catch (error) {
        if (isFaultOfRows(error)) throw error;
        return (await writer.query<Row>(query)).rows;
      }
    };
    return persist(ask, { deadline: patience, isFinal: isFaultOfRows });
  };
}
