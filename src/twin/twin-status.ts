import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Balancer } from "./balancer.ts";
import type { ZoneForwarder } from "./forwarders.ts";
import type { Parts } from "./parts.ts";
import type { Scaling } from "./scaling/scaling.ts";
import type { TwinStatus, ZoneStatus } from "./status.ts";
import { substitutesOf } from "./substitutes.ts";
import type { TwinContext } from "./twin-context.ts";

/** What a twin's parts are at this moment. */
export function partsStatus(
  context: TwinContext,
  parts: Parts,
  balancer: Balancer,
  scaling: Scaling,
): Pick<
  TwinStatus,
  | "architecture"
  | "environment"
  | "profile"
  | "endpoint"
  | "stateDirectory"
  | "loadBalancer"
  | "zones"
  | "services"
  | "scaling"
  | "stores"
  | "unsettled"
  | "substitutes"
> {
  const { architecture, profile, state, addresses } = context;
  const programs = Object.fromEntries(parts.stores.map((store) => [store.name, store.program]));
  return {
    architecture: architecture.name,
    environment: architecture.environment,
    profile,
    endpoint: balancer.endpoint,
    stateDirectory: state.root,
    loadBalancer: {
      pid: balancer.pid,
      listeners: balancer.urls,
      authority: balancer.authorityFile,
      state: balancer.urls.length > 0 ? "running" : "starting",
    },
    zones: architecture.zoneNames.map((_, index) => zoneStatus(index, context, parts, balancer)),
    services: parts.services.map((service) => service.status()),
    scaling: scaling.status(),
    stores: parts.stores.flatMap((store) => store.status() ?? []),
    unsettled: parts.unsettled,
    substitutes: [
      ...substitutesOf(architecture, programs, addresses.perZone),
      ...parts.budget.substitutes,
      ...scaling.substitutes(),
    ],
  };
}

function zoneStatus(
  index: number,
  { architecture, forwarders }: TwinContext,
  parts: Parts,
  balancer: Balancer,
): ZoneStatus {
  const name = architecture.zoneNames[index] as string;
  const replicas = parts.services.flatMap((service) => service.status().replicas);
  return {
    name,
    subnets: subnetsOf(architecture, index),
    listeners: balancer.urlsIn(name),
    replicas: replicas.filter(({ zone }) => zone === name).length,
    forwarder: forwarderStatus(forwarders[index]),
  };
}

/** The network of each tier in a zone. */
function subnetsOf({ network }: ResolvedArchitecture, index: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(network.subnets).flatMap(([tier, subnets]) => {
      const cidr = subnets[index];
      return cidr === undefined ? [] : [[tier, cidr]];
    }),
  );
}

function forwarderStatus(forwarder: ZoneForwarder | undefined): { pid: number | null; state: string } {
  const pid = forwarder?.pid ?? null;
  return { pid, state: pid === null ? "down" : "running" };
}
