import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Change } from "./difference.ts";

/**
 * What has to be done to a running twin for it to be the new architecture, beside going by its settings and taking away
 * what it has no more; names in that architecture's order.
 */
export interface Plan {
  readonly storesAdded: readonly string[];
  /** Web services and workers. */
  readonly servicesAdded: readonly string[];
  readonly rolls: readonly string[];
  /** Run to their end before what they precede. */
  readonly jobs: readonly string[];
  readonly route: boolean;
}

/**
 * @param programs services and jobs whose program files have changed: they are run anew, though nothing is different
 *   in the architecture.
 */
export function planOf(
  changes: readonly Change[],
  after: ResolvedArchitecture,
  programs: readonly string[] = [],
): Plan {
  const { services, stores } = after;
  const affected = (kind: "services" | "stores" | "secrets", effect: Change["effect"]) =>
    new Set(
      changes
        .filter((change) => change.effect === effect)
        .map(({ path }) => path.split("."))
        .flatMap(([part, name]) => (part === kind && name !== undefined ? [name] : [])),
    );
  const secrets = affected("secrets", "roll");
  const isAnew = (name: string) =>
    programs.includes(name) || services[name]?.secrets.some((secret) => secrets.has(secret)) === true;

  const names = Object.keys(services);
  const isJob = (name: string) => services[name]?.kind === "job";
  const started = affected("services", "start");
  const rolled = affected("services", "roll");
  const servicesAdded = names.filter((name) => started.has(name) && !isJob(name));
  const rolls = names.filter(
    (name) => !isJob(name) && !started.has(name) && (rolled.has(name) || isAnew(name)),
  );
  const run = affected("services", "run");
  const renewed = new Set([...servicesAdded, ...rolls]);
  const jobs = names.filter((name) => {
    const service = services[name];
    if (service?.kind !== "job") return false;
    return (
      started.has(name) || run.has(name) || isAnew(name) || service.before.some((next) => renewed.has(next))
    );
  });
  const storesStarted = affected("stores", "start");
  return {
    storesAdded: Object.keys(stores).filter((name) => storesStarted.has(name)),
    servicesAdded,
    rolls,
    jobs,
    route: changes.some(({ effect }) => effect === "route"),
  };
}
