import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { ArchitectureFile } from "#twin/architecture-file.ts";
import { launch } from "#twin/launch.ts";
import { endLeftovers } from "#twin/state/clean-up.ts";
import { stateDirectory, twinsDirectory } from "#twin/state/state-directory.ts";
import { runningRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { TwinEvent } from "#twin/status.ts";

/** Names have room for so many characters. */
const LONGEST_NAME = 65;

/** A twin of its own for one verification, with its own data, which go with it. */
export interface VerifiedTwin {
  readonly record: SupervisorRecord;
  /** Ends it, and forgets its data. */
  readonly end: () => Promise<void>;
}

/**
 * Starts a twin beside those of the user: its drills delete what stores hold, and that must be nobody's.
 * @throws PlumblineError why it does not start, with nothing left behind.
 */
export async function startVerifiedTwin(
  { file, project }: ArchitectureFile,
  { name: architecture, environment }: ResolvedArchitecture,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: (event: TwinEvent) => void },
): Promise<VerifiedTwin> {
  const name = `verify-${architecture}-${environment}`.slice(0, LONGEST_NAME).replace(/-+$/, "");
  const stateRoot = join(twinsDirectory(process.cwd()), name);
  const state = stateDirectory(stateRoot);
  if (runningRecord(state))
    throw new PlumblineError(
      "VERIFY_UNDER_WAY",
      `${architecture} (${environment}) is being verified already, with the twin ${name}.`,
      `Wait until that is over, or end it with \`plumbline down ${name} --purge\`.`,
    );
  await endLeftovers(state);
  rmSync(stateRoot, { recursive: true, force: true });
  const twin = launch(
    { name, architectureFile: file, environment, project, stateRoot, profile: "local", port: null },
    onEvent,
  );
  const end = async () => {
    twin.stop();
    await twin.ended;
    await endLeftovers(state);
    rmSync(stateRoot, { recursive: true, force: true });
  };
  const interrupted = () => twin.stop();
  signal.addEventListener("abort", interrupted);
  try {
    await twin.ready;
  } catch (error) {
    await end();
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupted);
  }
  const record = runningRecord(state);
  if (record) return { record, end };
  await end();
  throw new PlumblineError(
    "TWIN_DOWN",
    `The twin ${name} is down.`,
    "Run the verification again; --fast needs no twin.",
  );
}
