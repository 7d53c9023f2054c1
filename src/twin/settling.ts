import type { ResolvedService } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { formatDuration } from "#model/quantities/duration.ts";
import { logTail } from "./processes/log-tail.ts";
import type { ServiceKeeper } from "./services/service-keeper.ts";
import type { StoreKeeper } from "./stores/store-keeper.ts";

/** Starts in a row that may fail before nobody waits any longer. */
const FAILED_STARTS = 3;

/** The least that anything gets to start in. */
const PATIENCE_MS = 60_000;

/** How long the start of services and stores may take, in milliseconds. */
export function patienceFor(services: readonly ResolvedService[]): number {
  return Math.max(
    PATIENCE_MS,
    ...services.map((service) => (service.kind === "job" ? 0 : service.startTimeout)),
  );
}

/**
 * Waits until parts are as they should be, as long as that is still to be expected.
 * @throws PlumblineError SERVICE_UNHEALTHY with the end of a replica's output, or STANDBY_LATE; the signal's reason.
 */
export async function untilSettled(
  parts: { readonly services: readonly ServiceKeeper[]; readonly stores: readonly StoreKeeper[] },
  options: {
    readonly patienceMs: number;
    readonly signal: AbortSignal;
    readonly logFile: (part: string) => string;
  },
): Promise<void> {
  const { services, stores } = parts;
  const { patienceMs, signal, logFile } = options;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = () => {
    if ([...services, ...stores].every(({ isSettled }) => isSettled)) return resolve();
    const failing = services.find(({ trouble }) => (trouble?.failures ?? 0) >= FAILED_STARTS);
    if (failing) reject(neverHealthy(failing, `failed ${FAILED_STARTS} times in a row`, logFile));
  };
  const late = () => {
    const slow = services.find(({ isSettled }) => !isSettled);
    const what = `was not healthy within ${formatDuration(patienceMs)}`;
    reject(slow ? neverHealthy(slow, what, logFile) : standbyLate());
  };
  const interrupted = () => reject(signal.reason as Error);
  for (const part of [...services, ...stores]) part.onChange(check);
  const timer = setTimeout(late, patienceMs);
  signal.addEventListener("abort", interrupted);
  if (signal.aborted) interrupted();
  check();
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupted);
  }
}

function neverHealthy(
  service: ServiceKeeper,
  what: string,
  logFile: (part: string) => string,
): PlumblineError {
  const { replica, reason } = service.trouble ?? { replica: service.name, reason: "is not healthy" };
  const log = logFile(replica);
  const { healthy } = service.status();
  const serving = healthy === 1 ? "1 healthy replica goes" : `${healthy} healthy replicas go`;
  const left = healthy > 0 ? ` ${serving} on serving.` : "";
  return new PlumblineError(
    "SERVICE_UNHEALTHY",
    `The service ${service.name} ${what}: ${replica} ${reason}.${left} The end of its output:\n${logTail(log)}`,
    `Mend what it says, then run \`plumbline up\` again; all of it is in ${log}.`,
  );
}

function standbyLate(): PlumblineError {
  return new PlumblineError(
    "STANDBY_LATE",
    "A standby did not get in sync in time.",
    "See its log: `plumbline logs`.",
  );
}
