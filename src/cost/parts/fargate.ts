import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Costs, Line } from "../line.ts";
import { GIB, HOURS_A_MONTH } from "../month.ts";
import { averageReplicas } from "./replicas.ts";

export type Fargate = Extract<ResolvedArchitecture["compute"], { readonly kind: "ecs-fargate" }>;

/** How often jobs run and for how long, where nothing says it: before each of a working month's deployments. */
const DEPLOYMENTS_A_MONTH = 20;
const JOB_MINUTES = 2;

/** Tasks by their vCPUs and memory; 20 GB of storage each are in it. https://aws.amazon.com/fargate/pricing/ */
export function fargateLines({ architecture }: Costs, compute: Fargate): Line[] {
  return Object.entries(architecture.services).flatMap(([name, service]) => {
    const tasks = service.kind === "job" ? { replicas: 1, says: jobSays() } : averageReplicas(service);
    const hours = service.kind === "job" ? (DEPLOYMENTS_A_MONTH * JOB_MINUTES) / 60 : HOURS_A_MONTH;
    const memory = service.size.memory / GIB;
    return [...splitOf(compute, tasks.replicas)].flatMap(([provider, count]): Line[] => {
      const isSpot = provider === "FARGATE_SPOT";
      const sku = `${isSpot ? "fargate-spot" : "fargate"}.${compute.platform.architecture}`;
      const says = [tasks.says, isSpot ? "The price of Fargate Spot moves with supply and demand." : null];
      const assumption = says.filter((each) => each !== null).join(" ");
      const line = {
        component: "fargate",
        part: `services.${name}`,
        hours,
        ...(assumption === "" ? {} : { assumption }),
      } as const;
      const label = `${name}${isSpot ? " on Fargate Spot" : ""}`;
      return [
        { ...line, name: `${label}: vCPUs`, sku: `${sku}.vcpu`, quantity: count * service.size.cpu },
        { ...line, name: `${label}: memory`, sku: `${sku}.gb`, quantity: count * memory },
      ];
    });
  });
}

function jobSays(): string {
  return `${DEPLOYMENTS_A_MONTH} deployments a month are assumed, before each of which it runs for ${JOB_MINUTES} minutes.`;
}

/** How many tasks each capacity provider gets: its base first, then by weight. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-capacity-providers.html */
export function splitOf(
  { capacity }: Pick<Fargate, "capacity">,
  tasks: number,
): Map<Fargate["capacity"][number]["provider"], number> {
  const split = new Map<Fargate["capacity"][number]["provider"], number>();
  const add = (provider: Fargate["capacity"][number]["provider"], count: number) => {
    if (count > 0) split.set(provider, (split.get(provider) ?? 0) + count);
  };
  let left = tasks;
  for (const { provider, base } of capacity) {
    const based = Math.min(base, left);
    add(provider, based);
    left -= based;
  }
  const weights = capacity.reduce((sum, { weight }) => sum + weight, 0);
  for (const { provider, weight } of capacity) if (weights > 0) add(provider, (left * weight) / weights);
  return split;
}
