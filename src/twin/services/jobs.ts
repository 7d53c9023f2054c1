import type { ResolvedService } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { formatDuration } from "#model/quantities/duration.ts";
import { logTail } from "../processes/log-tail.ts";
import { signalGroup } from "../processes/processes.ts";
import { assertRoom } from "../state/disk-room.ts";
import { expandCommand, serviceVariables } from "../service-environment.ts";
import type { TwinContext } from "../twin-context.ts";

type Job = Extract<ResolvedService, { kind: "job" }>;

/** Runs a job to its end, in the first zone. @throws PlumblineError JOB_FAILED or DISK_FULL with the end of its output. */
export async function runJob(
  name: string,
  job: Job,
  context: TwinContext,
  signal: AbortSignal,
): Promise<void> {
  const { architecture, endpoints, processes, project, state, events } = context;
  const zone = architecture.zoneNames[0] as string;
  const env = serviceVariables(job, { zone }, endpoints(zone));
  const began = performance.now();
  const child = processes.start({ role: name, command: expandCommand(job.command, env), cwd: project, env });
  const end = () => signalGroup(child, "SIGKILL");
  const timer = setTimeout(end, job.timeout);
  signal.addEventListener("abort", end);
  const outcome = await new Promise<string | null>((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("exit", (code, killer) =>
      resolve(code === 0 ? null : killer ? `ended by ${killer}` : `ended with code ${code}`),
    );
  });
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  // What it has forked ends with it, as everything in a container does.
  end();
  signal.throwIfAborted();
  if (outcome === null)
    return events.record("info", name, `has run (${Math.round(performance.now() - began)} ms)`);

  const late = performance.now() - began >= job.timeout ? ` after ${formatDuration(job.timeout)}` : "";
  const failed = `The job ${name} ${outcome}${late}.\n${logTail(processes.logFile(name))}`;
  assertRoom(state.root, failed);
  throw new PlumblineError(
    "JOB_FAILED",
    failed,
    `Mend what its output says; all of it is in ${processes.logFile(name)}.`,
  );
}
