import { isGraviton, machineOf } from "#aws/instance-types/instance-types.ts";
import type { ComponentId } from "../components.ts";
import type { Costs, Line } from "../line.ts";
import { HOURS_A_MONTH } from "../month.ts";
import { percentBelowOnDemand, SPOT_ADVISOR } from "../prices/spot.ts";

export interface Machines {
  readonly component: ComponentId;
  /** As the items are called: `main`, `api`. */
  readonly name: string;
  readonly part: string;
  readonly type: string;
  readonly isSpot: boolean;
  readonly count: number;
  readonly assumption?: string;
}

/** EC2 instances by the hour, and what burstable ones cost when they are busier than they earn credits for. */
export function machineLines(
  { usage }: Pick<Costs, "usage">,
  { component, name, part, type, isSpot, count, assumption }: Machines,
): Line[] {
  if (count === 0) return [];
  const says = [assumption ?? null, isSpot ? spotSays(type) : null].filter((each) => each !== null).join(" ");
  return [
    {
      component,
      name: `${name}: ${type}${isSpot ? " on spot" : ""}`,
      part,
      sku: `ec2.${type}.${isSpot ? "spot-hour" : "hour"}`,
      quantity: count,
      hours: HOURS_A_MONTH,
      ...(says === "" ? {} : { assumption: says }),
    },
    ...creditLines({ usage }, { component, name, part, type, count }),
  ];
}

/** A spot instance has no price that lasts, so what it is taken to cost is told with each. */
function spotSays(type: string): string {
  const below = percentBelowOnDemand(type) ?? 0;
  return `Spot prices move with supply and demand: ${below} % below on demand is assumed, the average saving that AWS's Spot Instance Advisor printed for ${type} on ${SPOT_ADVISOR.asOf}.`;
}

/** T3 and T4g are unlimited unless told otherwise. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-unlimited-mode-concepts.html */
function creditLines(
  { usage }: Pick<Costs, "usage">,
  { component, name, part, type, count }: Pick<Machines, "component" | "name" | "part" | "type" | "count">,
): Line[] {
  const machine = machineOf(type);
  if (!machine || machine.cpuBaseline === null) return [];
  const surplus = Math.max(0, usage.cpu.value - machine.cpuBaseline) / 100;
  if (surplus === 0) return [];
  return [
    {
      component,
      name: `${name}: surplus CPU credits`,
      part,
      sku: `ec2.cpu-credits.${isGraviton(type) ? "arm64" : "x86_64"}`,
      quantity: count * machine.vcpus * surplus,
      hours: HOURS_A_MONTH,
      assumption: `${usage.cpu.says} A ${type} earns credits for ${machine.cpuBaseline} %; what is above them is billed.`,
    },
  ];
}
