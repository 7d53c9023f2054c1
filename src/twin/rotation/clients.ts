import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Deployments } from "../deployments/deployments.ts";
import type { EventLog } from "../event-log.ts";
import type { ServiceKeeper } from "../services/service-keeper.ts";

/** Failed starts in a row after which the new credentials are not waited for any longer. */
const FAILED_STARTS = 3;

/** A replica that was saved by a roll back still has the old credentials: it is replaced in a second round. */
const ROUNDS = 2;

interface Options {
  readonly services: readonly ServiceKeeper[];
  readonly deployments: Deployments;
  readonly events: EventLog;
  readonly signal: AbortSignal;
  /** For how long a service may roll, in milliseconds. */
  readonly patienceMs: number;
}

/** The services that a store's credentials are given to: those that use it, or hold a secret of it. */
export function clientsOf(store: string, { services, secrets }: ResolvedArchitecture): string[] {
  const uses = (service: (typeof services)[string]) => service.uses.some((used) => used === store);
  const holds = (service: (typeof services)[string]) =>
    service.secrets.some((name) => secrets[name]?.of === store);
  return Object.entries(services).flatMap(([name, service]) =>
    uses(service) || holds(service) ? [name] : [],
  );
}

/**
 * Replaces every replica that was started before the credentials became current, and returns when none is left.
 * @param since RFC 3339
 * @throws Error why there still are some.
 */
export async function renewClients(since: string, options: Options): Promise<void> {
  const { services, deployments } = options;
  const old = () => services.filter((service) => hasOlder(service, since));
  for (let round = 1; old().length > 0; round++) {
    if (round > ROUNDS) throw new Error(`${old()[0]?.name} still has replicas with the old credentials`);
    for (const service of old()) {
      deployments.assertIdle(service.name);
      service.roll();
    }
    await settled(options);
  }
}

function hasOlder(service: ServiceKeeper, since: string): boolean {
  return service.status().replicas.some(({ startedAt }) => startedAt !== null && startedAt <= since);
}

/** Returns when every service is as it should be; each change of one is an event. */
async function settled({ services, events, signal, patienceMs }: Options): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = () => {
    if (services.every(({ isSettled }) => isSettled)) return resolve();
    const failing = services.find(({ trouble }) => (trouble?.failures ?? 0) >= FAILED_STARTS);
    if (failing) reject(new Error(`new replicas of ${failing.name} fail: ${failing.trouble?.reason}`));
  };
  const late = () => reject(new Error(`the clients were not replaced within ${patienceMs / 1000} s`));
  const stopped = () => reject(new Error("the twin is being stopped"));
  // An event may be recorded in the middle of a step, whose outcome is to be seen.
  const unsubscribe = events.subscribe(() => setImmediate(check));
  const timer = setTimeout(late, patienceMs);
  signal.addEventListener("abort", stopped, { once: true });
  if (signal.aborted) stopped();
  check();
  try {
    await promise;
  } finally {
    unsubscribe();
    clearTimeout(timer);
    signal.removeEventListener("abort", stopped);
  }
}
