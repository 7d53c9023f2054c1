import type { ResolvedArchitecture, ResolvedService } from "./architecture.ts";

type Compute = ResolvedArchitecture["compute"];
type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;

/**
 * What systemd is told about a service on an instance of an Auto Scaling group. User data writes it down as a unit, and
 * the twin goes by it; times are milliseconds.
 *
 * systemd.service(5), systemd.unit(5), systemd.exec(5):
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 */
export interface ServiceUnit {
  /** Jobs that run to their end before each start, in this order; one that fails fails the start (ExecStartPre=). */
  readonly startsAfter: readonly string[];
  readonly restart: "always" | "on-failure";
  /** From the end of the main process to its next start (RestartSec=). */
  readonly restartDelayMs: number;
  /** More starts within the interval than the burst leave the unit failed (StartLimitIntervalSec=, StartLimitBurst=). */
  readonly startLimit: { readonly intervalMs: number; readonly burst: number };
  /** From SIGTERM to SIGKILL (TimeoutStopSec=). */
  readonly stopTimeoutMs: number;
  /** How long the jobs before a start may take together, and what has to be fetched for it (TimeoutStartSec=). */
  readonly startTimeoutMs: number;
  readonly openFiles: number;
  /** The user and group of what must not be root. */
  readonly user: number;
}

/** User and group 1000, which is what Node's official image calls `node`, and many others their own user. */
const UNPRIVILEGED = 1000;

/** The unit of a service; null where its replicas are no instances. */
export function serviceUnit(
  { services, compute }: { readonly services: ResolvedArchitecture["services"]; readonly compute: Compute },
  name: string,
  service: Replicated,
): ServiceUnit | null {
  if (compute.kind !== "ec2-auto-scaling") return null;
  const { restart, restartDelay, startLimit, openFiles } = compute.unit;
  const jobs = Object.entries(services).flatMap(([job, declared]) =>
    declared.kind === "job" && declared.before.includes(name) ? [{ job, timeout: declared.timeout }] : [],
  );
  return {
    startsAfter: jobs.map(({ job }) => job),
    restart,
    restartDelayMs: restartDelay,
    startLimit: { intervalMs: startLimit.interval, burst: startLimit.burst },
    stopTimeoutMs: service.stopTimeout,
    startTimeoutMs: jobs.reduce((sum, { timeout }) => sum + timeout, service.startTimeout),
    openFiles,
    user: UNPRIVILEGED,
  };
}

/** How a process ended: by its own exit, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Signals that end a service as well as exit code 0 does, and their numbers (systemd.service(5), "SuccessExitStatus="). */
const CLEAN_SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 };

/**
 * Exit codes that count as success beside 0. A container that such a signal has ended is a code to `docker run`, 128 and the
 * signal's number: https://docs.docker.com/reference/cli/docker/container/run/#exit-status
 */
export const CLEAN_EXITS: readonly number[] = Object.values(CLEAN_SIGNALS).map((number) => 128 + number);

/** Whether systemd takes this end for a failure, as `Restart=on-failure` does. */
export function isFailure({ code, signal }: ProcessEnd): boolean {
  if (signal !== null) return !(signal in CLEAN_SIGNALS);
  return code !== 0 && !CLEAN_EXITS.includes(code ?? -1);
}

/** What a service gets beside its settings, so that its server forks as often as is declared. */
export function workerVariables({
  workers = 1,
}: {
  readonly workers?: number;
}): Readonly<Record<string, string>> {
  return workers > 1 ? { WORKERS: String(workers) } : {};
}
