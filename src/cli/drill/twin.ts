import { join } from "node:path";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { resolve } from "#model/resolve.ts";
import { loadArchitecture } from "#twin/architecture-file.ts";
import { launch } from "#twin/launch.ts";
import { assertRunnable } from "#twin/runnable.ts";
import { stateDirectory, twinName, twinsDirectory } from "#twin/state/state-directory.ts";
import { runningRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { TwinEvent } from "#twin/status.ts";
import { resolveNamed } from "../architectures.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

/** A twin to drill. */
export interface DrillTwin {
  readonly record: SupervisorRecord;
  readonly architecture: ResolvedArchitecture;
  /** Leaves it as it was found: running, or not. */
  readonly release: () => Promise<void>;
}

/** One that runs. @throws PlumblineError as for every command that needs one. */
export async function runningTwin(name: string | undefined): Promise<DrillTwin> {
  const record = requireRunning(chooseTwin(name, process.cwd()));
  const architecture = resolve(await loadArchitecture(record.architectureFile), record.environment);
  return { record, architecture, release: async () => {} };
}

/** Starts one for the drill alone; it goes down with the drill. */
export async function startedTwin(
  architectureName: string | undefined,
  {
    environment,
    signal,
    onEvent,
  }: { environment: string; signal: AbortSignal; onEvent: (event: TwinEvent) => void },
): Promise<DrillTwin> {
  const { file, project, architecture } = await resolveNamed(architectureName, environment);
  assertRunnable(architecture);
  const name = twinName(architecture.name, environment);
  const stateRoot = join(twinsDirectory(process.cwd()), name);
  const twin = launch(
    { name, architectureFile: file, environment, project, stateRoot, profile: "local", port: null },
    onEvent,
  );
  const release = async () => {
    twin.stop();
    await twin.ended;
  };
  const interrupted = () => twin.stop();
  signal.addEventListener("abort", interrupted);
  try {
    await twin.ready;
  } catch (error) {
    await twin.ended;
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupted);
  }
  const record = runningRecord(stateDirectory(stateRoot));
  if (record) return { record, architecture, release };
  await release();
  throw new PlumblineError("TWIN_DOWN", `The twin ${name} is down.`, "Start it with `plumbline up`.");
}
