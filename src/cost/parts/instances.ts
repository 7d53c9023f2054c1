import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Costs, Line } from "../line.ts";
import { GIB } from "../month.ts";
import { machineLines } from "./machines.ts";
import { averageReplicas } from "./replicas.ts";

export type Ec2 = Extract<ResolvedArchitecture["compute"], { readonly kind: "ec2-auto-scaling" }>;

/** One instance for each replica, with its volume. Jobs run on the instances of the service that they precede. */
export function instanceLines(costs: Costs, compute: Ec2): Line[] {
  return Object.entries(costs.architecture.services).flatMap(([name, service]) => {
    if (service.kind === "job") return [];
    const { replicas, says } = averageReplicas(service);
    const part = `services.${name}`;
    const assumption = says === null ? {} : { assumption: says };
    return [
      ...machineLines(costs, {
        component: "instances",
        name,
        part,
        type: compute.instanceType,
        isSpot: false,
        count: replicas,
        ...assumption,
      }),
      {
        component: "instances",
        name: `${name}: ${compute.volume.type} volumes`,
        part: "compute.volume",
        sku: `ebs.${compute.volume.type}`,
        quantity: (replicas * compute.volume.size) / GIB,
        ...assumption,
      },
    ];
  });
}
