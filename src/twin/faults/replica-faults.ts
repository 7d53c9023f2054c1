import { type FaultPlan, type FaultTools, lateness } from "./fault-plan.ts";
import type { ServiceKeeper } from "../services/service-keeper.ts";
import { linkRoute } from "../services/service-links.ts";
import type { FaultRequest } from "./request.ts";
import { type FaultTarget, partDown, steadiest, unsuitable } from "./target.ts";

type ReplicaTarget = Extract<FaultTarget, { kind: "replica" }>;

/** A service: one of its replicas, or, for `slow`, the way of all that call it, where other services do. */
export function serviceFault(service: ServiceKeeper, request: FaultRequest, tools: FaultTools): FaultPlan {
  const { name } = service;
  const { fault, context } = tools;
  if (request.how !== "slow" || !context.links.leadsTo(name))
    return replicaFault({ kind: "replica", service, id: steadiest(service) }, request, tools);
  return {
    on: [name],
    description: `what passes between ${name} and the services that call it is ${lateness(request)} in each direction`,
    begin: () => context.network.break(fault, ({ route }) => (route === linkRoute(name) ? request : null)),
    heal: () => context.network.heal(fault),
  };
}

/** One replica, or the ways between it and who sends it requests. */
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
      ended: process.processEnded,
    };
  }
  if (!process.targetHealth) {
    const instead = "Kill it, or let it hang.";
    throw unsuitable(id, request.how, "nobody sends requests to a worker", instead);
  }
  const isCut = request.how === "cut";
  const effect = isCut ? ({ cut: request.reset ? "reset" : "drop" } as const) : request;
  const heal = () => network.heal(fault);
  return {
    on,
    description: isCut
      ? `${id} is cut off from who sends it requests`
      : `what passes to and from ${id} is ${lateness(request)} in each direction`,
    begin: () => network.break(fault, ({ to }) => (to.id === id ? effect : null)),
    heal,
    ended: process.ended.then(heal),
  };
}
