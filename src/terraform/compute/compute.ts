import { autoScalingGroupsOf } from "./auto-scaling-group.ts";
import { fargateOf } from "./ecs.ts";
import { eksOf } from "./eks.ts";
import type { ComputeTools } from "./tools.ts";

/** What the services run on. */
export function computeOf(tools: ComputeTools): void {
  const { compute } = tools.context.architecture;
  switch (compute.kind) {
    case "ecs-fargate":
      return fargateOf(tools, compute);
    case "eks":
      return eksOf(tools, compute);
    case "ec2-auto-scaling":
      return autoScalingGroupsOf(tools, compute);
  }
}
