import type { StoreNode } from "../stores/replicated-store.ts";
import { routeNames } from "../stores/store-endpoints.ts";
import type { StoreKeeper } from "../stores/store-keeper.ts";
import { type FaultPlan, type FaultTools, lateness } from "./fault-plan.ts";
import type { Link } from "./network.ts";
import type { FaultRequest } from "./request.ts";
import { partDown, unsuitable } from "./target.ts";

/** A store where writes go: its primary, or, for `slow`, the writer endpoint in every zone. */
export function storeFault(store: StoreKeeper, request: FaultRequest, tools: FaultTools): FaultPlan {
  const { name } = store;
  const node = store.nodes.find(({ id }) => id === store.primary);
  if (!node)
    throw unsuitable(name, request.how, "it has no server", "Break another part; a bucket is a folder here.");
  if (request.how !== "slow") return nodeFault(node, request, tools);
  const { fault, context } = tools;
  return {
    on: [name],
    description: `what passes through the writer endpoint of ${name} is ${lateness(request)} in each direction`,
    begin: () =>
      context.network.break(fault, ({ route }) => (route === routeNames.writer(name) ? request : null)),
    heal: () => context.network.heal(fault),
  };
}

/** One server of a store, or every way to it and from it. */
export function nodeFault(node: StoreNode, request: FaultRequest, tools: FaultTools): FaultPlan {
  const { id } = node;
  const { fault, context } = tools;
  const { network, places } = context;
  const on = [id];
  const concerns = ({ route, to }: Link) => to.id === id || route === routeNames.upstream(id);
  switch (request.how) {
    case "kill":
      if (node.pid === null) throw partDown(id, "does not run");
      return { on, description: `${id} is killed`, begin: () => node.kill(), heal: null };
    case "hang":
      if (!node.ended) throw partDown(id, "does not run");
      return {
        on,
        description: `${id} is stopped: it keeps its connections and answers nothing`,
        begin: async () => node.freeze(),
        heal: async () => node.thaw(),
        ended: node.ended,
      };
    case "cut": {
      const effect = { cut: request.reset ? "reset" : "drop" } as const;
      return {
        on,
        description: `${id} is cut off: from clients, from the other nodes, and from who observes it`,
        begin: () => {
          places.close(fault, [{ node: id }]);
          return network.break(fault, (link) => (concerns(link) ? effect : null));
        },
        heal: async () => {
          await network.heal(fault);
          places.open(fault);
        },
      };
    }
    case "slow":
      return {
        on,
        description: `what passes to and from ${id} is ${lateness(request)} in each direction`,
        begin: () => network.break(fault, (link) => (concerns(link) ? request : null)),
        heal: () => network.heal(fault),
      };
  }
}
