import type { EventLog } from "../event-log.ts";
import type { How, StoreBackups } from "./store-backups.ts";

/** Makes a backup of a store, and says so. */
export async function takeBackup(backups: StoreBackups, events: EventLog, how: How): Promise<void> {
  const began = performance.now();
  const id = await backups.take(how);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  events.record("info", backups.store, `is backed up as ${id} in ${seconds} s`);
}
