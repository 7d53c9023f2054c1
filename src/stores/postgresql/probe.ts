import { query } from "./connection.ts";
import type { Access } from "./connection.ts";
import type { Role } from "./replication.ts";

export type Probe =
  | { readonly ok: true; readonly role: Role; readonly ms: number }
  | { readonly ok: false; readonly reason: string; readonly ms: number };

/**
 * Asks a server, on a connection of its own, whether it lives and what it is. A failure is an answer and not an error,
 * and there is always one in time: a server that is stopped or cut off takes connections and says nothing.
 */
export async function probe(server: Access, timeoutMs: number): Promise<Probe> {
  const begin = performance.now();
  try {
    const [row] = await query<{ standby: boolean }>(
      server,
      timeoutMs,
      "SELECT pg_is_in_recovery() AS standby",
    );
    return { ok: true, role: row?.standby ? "standby" : "primary", ms: performance.now() - begin };
  } catch (error) {
    return { ok: false, reason: (error as Error).message, ms: performance.now() - begin };
  }
}
