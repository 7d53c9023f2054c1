import { rmSync } from "node:fs";
import * as z from "zod";
import { readJson, writePrivately } from "./files.ts";
import { isRunning, ProcessIdentity } from "./process-identity.ts";
import type { StateDirectory } from "./state-directory.ts";

/** What a supervisor leaves for those who want to talk to it. */
const SupervisorRecord = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  architecture: z.string(),
  architectureFile: z.string(),
  environment: z.string(),
  process: ProcessIdentity,
  control: z.url(),
  /** Opens the control API; whoever reads this file may do with the twin what they like. */
  token: z.string(),
});
export type SupervisorRecord = z.output<typeof SupervisorRecord>;

export function writeRecord(state: StateDirectory, record: SupervisorRecord): void {
  writePrivately(state.supervisor, `${JSON.stringify(record, null, 2)}\n`);
}

/** The record of whoever supervised the twin last, alive or not; null where there is none. */
export function readRecord(state: StateDirectory): SupervisorRecord | null {
  return SupervisorRecord.safeParse(readJson(state.supervisor)).data ?? null;
}

/** The record of the supervisor that runs the twin now, or null. */
export function runningRecord(state: StateDirectory): SupervisorRecord | null {
  const record = readRecord(state);
  return record && isRunning(record.process) ? record : null;
}

export function removeRecord(state: StateDirectory): void {
  rmSync(state.supervisor, { force: true });
}
