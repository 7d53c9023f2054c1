import { type FaultPlan, type FaultTools, lateness } from "./fault-plan.ts";
import { replicaRoute } from "./detours.ts";
import type { FaultRequest } from "./request.ts";
import { type FaultTarget, partDown, unsuitable } from "./target.ts";

type ReplicaTarget = Extract<FaultTarget, { kind: "replica" }>;

/** One replica, or the way between it and the load balancer. */
export function replicaFault(
  { service, id }: ReplicaTarget,
  request: FaultRequest,
  { fault, context: { network } }: FaultTools,
): FaultPlan {
  const process = service.processes.get(id);
  if (!process) throw partDown(id, "has no process");
  const on = [id];
  if (request.how === "kill") {
    const begin = async () => process.signal("SIGKILL");
    return { on, description: `${id} is killed`, begin, heal: null };
  }
  if (request.how === "hang") {
    return {
      on,
      description: `${id} is stopped: it keeps its connections and answers nothing`,
      begin: async () => process.signal("SIGSTOP"),
      heal: async () => process.signal("SIGCONT"),
      ended: process.ended,
    };
  }
  if (!process.targetHealth) {
    const instead = "Kill it, or let it hang.";
    throw unsuitable(id, request.how, "no load balancer is in front of a worker", instead);
  }
  const isCut = request.how === "cut";
  const effect = isCut ? ({ cut: request.reset ? "reset" : "drop" } as const) : request;
  const heal = () => network.heal(fault);
  return {
    on,
    description: isCut
      ? `${id} is cut off from the load balancer`
      : `what passes between the load balancer and ${id} is ${lateness(request)} in each direction`,
    begin: () => network.break(fault, ({ route }) => (route === replicaRoute(id) ? effect : null)),
    heal,
    ended: process.ended.then(heal),
  };
}
