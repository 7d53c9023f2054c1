import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { leftovers } from "#twin/state/journal.ts";
import { type StateDirectory, stateDirectory, twinsDirectory, twinsIn } from "#twin/state/state-directory.ts";
import { readRecord, runningRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";

/** A twin that has state in this project, running or not. */
export interface KnownTwin {
  readonly name: string;
  readonly state: StateDirectory;
  /** Null when nobody supervises it now. */
  readonly running: SupervisorRecord | null;
  /** Whether its supervisor was killed and left something behind. */
  readonly abandoned: boolean;
}

export function knownTwins(project: string): KnownTwin[] {
  const folder = twinsDirectory(project);
  return twinsIn(folder).map((name) => {
    const state = stateDirectory(join(folder, name));
    const running = runningRecord(state);
    return {
      name,
      state,
      running,
      abandoned: running === null && (readRecord(state) !== null || leftovers(state).length > 0),
    };
  });
}

/**
 * The twin that a user means: by its name, or by its architecture where only one twin of it fits; without a name, the
 * only one that runs.
 * @throws PlumblineError TWIN_NOT_FOUND or TWIN_AMBIGUOUS
 */
export function chooseTwin(name: string | undefined, project: string): KnownTwin {
  const twins = knownTwins(project);
  const exact = twins.find((twin) => twin.name === name);
  if (exact) return exact;
  const meant = name === undefined ? twins : twins.filter((twin) => twin.name.startsWith(`${name}-`));
  const alive = meant.filter((twin) => twin.running || twin.abandoned);
  const candidates = alive.length > 0 ? alive : meant;
  const [first] = candidates;
  if (candidates.length === 1 && first) return first;
  if (first && (alive.length > 0 || name !== undefined)) {
    const names = candidates.map((twin) => twin.name).join(", ");
    throw new PlumblineError(
      "TWIN_AMBIGUOUS",
      `Several twins could be meant: ${names}.`,
      "Name one of them.",
    );
  }
  throw new PlumblineError(
    "TWIN_NOT_FOUND",
    name === undefined ? "No twin runs in this folder." : `There is no twin ${name} in this folder.`,
    twins.length > 0
      ? `Name one of this folder's (${twins.map((twin) => twin.name).join(", ")}), or start one with \`plumbline up\`.`
      : "Start one with `plumbline up`, or go to the folder where you started it.",
  );
}

/** @throws PlumblineError TWIN_DOWN */
export function requireRunning(twin: KnownTwin): SupervisorRecord {
  if (twin.running) return twin.running;
  throw new PlumblineError(
    "TWIN_DOWN",
    twin.abandoned
      ? `The supervisor of ${twin.name} was killed, and ${leftovers(twin.state).length} of its processes still run.`
      : `The twin ${twin.name} is down.`,
    twin.abandoned
      ? `\`plumbline down ${twin.name}\` ends them; \`plumbline up\` does so too, and starts anew with the same data.`
      : "Start it with `plumbline up`.",
  );
}
