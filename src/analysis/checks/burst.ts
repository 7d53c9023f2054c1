import type { ResolvedArchitecture } from "#model/architecture.ts";
import { CPU_BASELINES, instanceType, isGraviton } from "#aws/instance-types/instance-types.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { objectivesOf, type Replicated, replicated, steadyGroups } from "../parts.ts";
import { count, list, rounded } from "../words.ts";

/**
 * Burstable machines earn a share of their CPU and live on credits above it. Where scaling or a promise keeps them busier than
 * they earn, credits run out: then they are throttled, or, in unlimited mode, each vCPU-hour above is billed.
 */
export const cpuCredits: Check = (architecture) =>
  machinesOf(architecture).map(({ part, names, set, busy }) => {
    const types = names.map(instanceType);
    if (types.includes(null))
      return inconclusive(
        { check: "cpu-credits", part, says: `What ${list(names)} give is not known here.` },
        "Look the instance types up.",
      );
    const [least] = types
      .flatMap((type) => (type && type.cpuBaseline !== null ? [type] : []))
      .sort((one, other) => (one.cpuBaseline ?? 0) - (other.cpuBaseline ?? 0));
    if (!least)
      return holds({
        check: "cpu-credits",
        part,
        says: `${list(names)} have all of their CPU all the time.`,
      });
    const baseline = least.cpuBaseline ?? 0;
    const { percent, why } = busy(least.vcpus);
    const found: Found = {
      check: "cpu-credits",
      part,
      figure: percent,
      limit: baseline,
      unit: "percent",
      says: `A ${least.name} earns ${baseline} % of each vCPU. ${why} ${percent} %${percent > baseline ? `: above ${baseline} % credits run out, and the machine is throttled, or in unlimited mode, which is the default of T3 and T4g, every vCPU-hour above is billed` : ""}.`,
      references: referencesTo(CPU_BASELINES),
    };
    if (percent <= baseline) return holds(found);
    const wanted = isGraviton(least.name) ? "m6g.large" : "m6i.large";
    return fails(found, `Take machines that have all of their CPU, such as ${wanted}.`, set(wanted));
  });

interface Busy {
  readonly percent: number;
  readonly why: string;
}

interface Machines {
  readonly part: string;
  readonly names: readonly string[];
  readonly set: (type: string) => Readonly<Record<string, unknown>>;
  /** How busy one of them is for long. */
  readonly busy: (vcpus: number) => Busy;
}

function machinesOf(architecture: ResolvedArchitecture): Machines[] {
  const { compute } = architecture;
  if (compute.kind === "ecs-fargate") return [];
  const promised = objectivesOf(architecture, "utilisation")
    .filter(({ of }) => of === "cpu")
    .map(({ between: [from] }) => from);
  const average: Busy | null =
    promised.length > 0 ? { percent: Math.min(...promised), why: "The promised average is at least" } : null;
  if (compute.kind === "ec2-auto-scaling")
    return [
      {
        part: "compute.instanceType",
        names: [compute.instanceType],
        set: (type) => ({ "compute.instanceType": type }),
        busy: () =>
          average ?? { percent: busiestShare(architecture), why: "Scaling lets an instance run at" },
      },
    ];
  const groups = steadyGroups(compute);
  const nodes = groups.reduce((sum, [, { desired }]) => sum + desired, 0);
  return groups.map(([name, { instanceTypes }]) => {
    const part = `compute.nodeGroups.${name}.instanceTypes`;
    return {
      part,
      names: instanceTypes,
      set: (type) => ({ [part]: [type] }),
      busy: (vcpus) =>
        average ?? {
          percent: rounded((100 * usedCpu(architecture)) / Math.max(1, nodes * vcpus)),
          why: `Pods of the services, at the desired scale on ${count(nodes, "node")} and as busy as scaling lets them be, take`,
        },
    };
  });
}

/** What scaling of a service lets its CPU rise to, in per cent; all of it where nothing scales. */
function shareOf({ scaling }: Replicated): number {
  const targets = scaling.flatMap((policy) => {
    if (policy.kind === "target-tracking" && policy.metric === "cpu") return [policy.target];
    return policy.kind === "step" && policy.metric === "cpu" && policy.when === "above"
      ? [policy.threshold]
      : [];
  });
  return targets.length > 0 ? Math.min(...targets) : 100;
}

function busiestShare(architecture: ResolvedArchitecture): number {
  return Math.max(0, ...replicated(architecture).map(([, service]) => shareOf(service)));
}

function usedCpu(architecture: ResolvedArchitecture): number {
  return replicated(architecture).reduce(
    (sum, [, service]) => sum + (service.replicas.desired * service.size.cpu * shareOf(service)) / 100,
    0,
  );
}
