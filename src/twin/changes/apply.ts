import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import type { Balancer } from "../balancer.ts";
import type { Parts } from "../parts.ts";
import { runJob } from "../services/jobs.ts";
import type { ServiceKeeper } from "../services/service-keeper.ts";
import { patienceFor, untilSettled } from "../settling.ts";
import type { StoreKeeper } from "../stores/store-keeper.ts";
import type { TwinContext } from "../twin-context.ts";
import type { Plan } from "./plan.ts";

/** What a change is carried out on. */
export interface RunningTwin {
  readonly context: TwinContext;
  readonly parts: Parts;
  readonly balancer: Balancer;
  /** Aborted when the twin stops. */
  readonly signal: AbortSignal;
  /** Told when a change is done: what goes by the architecture has another one. */
  readonly onApplied: () => void;
}

interface Changing extends RunningTwin {
  /** Aborted when nobody needs to wait for replicas any more: a newer change has come. */
  readonly superseded: AbortSignal;
}

/**
 * Makes a running twin what another architecture says. First comes what can fail without harm: new stores, jobs, new
 * services, the load balancer's routes; where one of them fails, the twin is what it was. Then services roll, scale and
 * go by their new settings. What is gone leaves last, when nothing uses it any more.
 * @throws PlumblineError why it is not done; where a roll fails the old replicas stay, and so does what they may use.
 */
export async function applyPlan(plan: Plan, after: ResolvedArchitecture, twin: Changing): Promise<void> {
  const { parts, context } = twin;
  await prepare(plan, after, twin);
  context.architecture = after;
  const { services, stores } = parts.superfluous;
  const leaving = parts.remove(services, []);
  const { replicas } = parts.budget;
  const kept = parts.services.filter(
    ({ name }) => after.services[name] && !plan.servicesAdded.includes(name),
  );
  for (const keeper of kept) {
    const service = after.services[keeper.name] as Parameters<ServiceKeeper["change"]>[0];
    keeper.change(service, replicas[keeper.name] ?? 0, { roll: plan.rolls.includes(keeper.name) });
  }
  const patienceMs = Math.max(0, ...kept.map(({ name }) => progressDeadline(after.services[name])));
  try {
    await settle(kept, [], patienceMs, twin);
  } finally {
    await leaving;
  }
  await parts.remove([], stores);
  await context.links.closeAllBut(after);
  for (const { name } of stores) context.events.record("info", name, "has stopped; its data stays");
}

/** Starts what is new beside what runs, and takes it away again where something fails. */
async function prepare(plan: Plan, after: ResolvedArchitecture, twin: Changing): Promise<void> {
  const { context, parts, balancer, signal } = twin;
  const before = context.architecture;
  // A replica that is lost meanwhile is replaced by one of its own definition, with the secrets that it reads.
  context.architecture = { ...after, secrets: { ...before.secrets, ...after.secrets } };
  const stores: StoreKeeper[] = [];
  const services: ServiceKeeper[] = [];
  try {
    // What a change before could not take away yet has the name of something new.
    await parts.remove(
      parts.services.filter(({ name }) => plan.servicesAdded.includes(name)),
      parts.stores.filter(({ name }) => plan.storesAdded.includes(name)),
    );
    stores.push(...parts.addStores(plan.storesAdded));
    const started = Promise.all(stores.map((store) => store.start(signal)));
    await Promise.race([started, aborted(signal), ...stores.map(({ hopeless }) => hopeless)]);
    await settle([], stores, patienceFor([]), twin);
    await context.links.open(after);
    for (const name of plan.jobs) await runJob(name, after.services[name] as Job, context, signal);
    services.push(...parts.addServices(plan.servicesAdded));
    for (const service of services) service.start();
    await settle(services, [], patienceFor(Object.values(after.services)), twin);
    if (plan.route) await balancer.change(after);
    if (plan.route) context.events.record("info", "load-balancer", "has other routes or listeners");
  } catch (error) {
    // A twin that stops takes everything away by itself.
    if (!signal.aborted) {
      await parts.remove(services, stores);
      await context.links.closeAllBut(before);
      context.architecture = before;
    }
    throw error;
  }
}

type Job = Extract<ResolvedService, { kind: "job" }>;

function settle(
  services: readonly ServiceKeeper[],
  stores: readonly StoreKeeper[],
  patienceMs: number,
  { context, signal, superseded }: Changing,
): Promise<void> {
  const logFile = (part: string) => context.processes.logFile(part);
  return untilSettled(
    { services, stores },
    { patienceMs, signal: AbortSignal.any([signal, superseded]), logFile },
  );
}

/** A store that is starting hears nothing of it: whoever waits for it must. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function progressDeadline(service: ResolvedService | undefined): number {
  return service === undefined || service.kind === "job" ? 0 : service.rollout.progressDeadline;
}
