import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails } from "../finding.ts";
import { caches, databases, webs } from "../parts.ts";

/** Parts that are paid for, and that nothing uses: mostly a `uses` or a route that was forgotten. */
export const unused: Check = (architecture) => [...stores(architecture), ...unreached(architecture)];

function usedBy({ services }: ResolvedArchitecture): ReadonlySet<string> {
  return new Set(Object.values(services).flatMap(({ uses }) => uses));
}

function stores(architecture: ResolvedArchitecture): Finding[] {
  const used = usedBy(architecture);
  return [...databases(architecture), ...caches(architecture)]
    .filter(([name]) => !used.has(name))
    .map(([name]) =>
      fails(
        {
          check: "unused",
          part: `stores.${name}`,
          says: `No service uses ${name}: no way to it is opened, and it is paid for.`,
        },
        `Name ${name} in the uses of the services that need it, or remove it.`,
      ),
    );
}

function unreached(architecture: ResolvedArchitecture): Finding[] {
  const used = usedBy(architecture);
  const routed = new Set(architecture.entry.loadBalancer.routes.map(({ to }) => to));
  return webs(architecture)
    .filter(([name]) => !used.has(name) && !routed.has(name))
    .map(([name]) =>
      fails(
        {
          check: "unused",
          part: `services.${name}`,
          says: `${name} answers requests, and no rule of the load balancer and no service leads any to it.`,
        },
        `Route to ${name}, name it in a service's uses, or make it a worker.`,
      ),
    );
}
