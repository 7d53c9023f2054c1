import type { ResolvedArchitecture } from "#model/architecture.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { localName } from "../names.ts";
import { EVERY_PORT, INTERNET, type PortRange } from "./network.ts";
import type { Path } from "./reach.ts";

const HTTPS: PortRange = { from: 443, to: 443 };

/** The connections that the architecture speaks of: clients to the entry, the entry to services, services to what they use. */
export function expectedPaths(architecture: ResolvedArchitecture): Path[] {
  const { entry, services, stores, compute, network } = architecture;
  const onNodes = compute.kind === "eks";
  const actor = (service: string) => (onNodes ? "nodes" : localName(service));
  const managed = new Set(
    Object.entries(stores).flatMap(([name, store]) =>
      store.kind === "bucket" || ("hosting" in store && store.hosting === "pods") ? [] : [name],
    ),
  );
  const listeners = entry.loadBalancer.listeners.map(({ port }) => port);
  const routed = new Set(entry.loadBalancer.routes.flatMap(({ to }) => to ?? []));
  const paths: Path[] = [];
  const add = (from: string, to: string, ports: PortRange) => paths.push({ from, to, ports });

  if (entry.loadBalancer.scheme === "internet-facing")
    for (const port of listeners) add(INTERNET, "load balancer", at(port));
  else for (const port of listeners) add("(inside)", "load balancer", at(port));
  for (const [name, service] of Object.entries(services)) {
    // On ECS a job is a task of its own; on instances it runs beside its service, and is in that one's group.
    if (!onNodes && service.kind === "job") continue;
    if (service.kind === "web" && routed.has(name)) add("load balancer", actor(name), at(service.port));
    const used = [...service.uses, ...jobsOf(architecture, name)];
    for (const part of used) {
      const store = stores[part];
      const target = services[part];
      if (store && managed.has(part)) add(actor(name), localName(part), at(STORE_PORTS[store.kind]));
      else if (target?.kind === "web" && !onNodes) add(actor(name), actor(part), at(target.port));
    }
    add(actor(name), INTERNET, service.egress === "open" ? EVERY_PORT : HTTPS);
    if (network.endpoints.some((each) => each !== "s3" && each !== "dynamodb"))
      add(actor(name), "endpoints", HTTPS);
  }
  // Administrators reach what everybody does, and the cluster's own API, which is no address of the VPC's plan.
  if (network.vpn) for (const port of listeners) add("vpn", "load balancer", at(port));
  if (onNodes) add("nodes", "nodes", EVERY_PORT);
  for (const name of managed) {
    const kind = stores[name]?.kind;
    if (kind === "documentdb" || kind === "redis")
      add(localName(name), localName(name), at(STORE_PORTS[kind]));
  }
  return paths;
}

function jobsOf({ services }: ResolvedArchitecture, service: string): string[] {
  return Object.values(services).flatMap((each) =>
    each.kind === "job" && each.before.includes(service) ? each.uses : [],
  );
}

function at(port: number): PortRange {
  return { from: port, to: port };
}
