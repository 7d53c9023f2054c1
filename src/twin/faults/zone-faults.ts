import { type FaultPlan, type FaultTools, lateness } from "./fault-plan.ts";
import type { Link } from "./network.ts";
import type { FaultRequest } from "./request.ts";
import { unsuitable } from "./target.ts";

/** An availability zone: all that is in it, or every way across its border. */
export function zoneFault(zone: string, request: FaultRequest, tools: FaultTools): FaultPlan {
  const { fault, context, balancer } = tools;
  const { network, places } = context;
  const on = [zone];
  const crosses = ({ from, to }: Link) => (from === zone) !== (to.zone === zone);
  // A node of the load balancer is where its zone is.
  const placeNodes = () =>
    balancer.withoutNodes(context.architecture.zoneNames.filter((each) => places.zone(each) !== "open"));
  switch (request.how) {
    case "kill":
      return {
        on,
        description: `${zone} is gone, with all that ran in it; nothing starts there`,
        begin: async () => {
          places.close(fault, [{ zone, state: "gone" }]);
          await Promise.all([killZones([zone], tools), placeNodes()]);
        },
        heal: async () => {
          await resumeForwarders([zone], tools);
          places.open(fault);
          await placeNodes();
        },
      };
    case "cut": {
      const effect = { cut: request.reset ? "reset" : "drop" } as const;
      return {
        on,
        description: `${zone} is cut off from the other zones`,
        begin: async () => {
          places.close(fault, [{ zone, state: "cut" }]);
          await Promise.all([network.break(fault, (link) => (crosses(link) ? effect : null)), placeNodes()]);
        },
        heal: async () => {
          await network.heal(fault);
          places.open(fault);
          await placeNodes();
        },
      };
    }
    case "slow":
      return {
        on,
        description: `what passes between ${zone} and other zones is ${lateness(request)} in each direction`,
        begin: () => network.break(fault, (link) => (crosses(link) ? request : null)),
        heal: () => network.heal(fault),
      };
    case "hang":
      throw unsuitable(zone, "hang", "a zone is no process", "Kill it, cut it off, or slow it.");
  }
}

/** Ends everything that runs in these zones, at once. Their places are closed already: nothing starts there again. */
export async function killZones(
  zones: readonly string[],
  { context, parts }: Pick<FaultTools, "context" | "parts">,
): Promise<void> {
  for (const service of parts.services)
    for (const { id, zone } of service.status().replicas)
      if (zones.includes(zone)) service.processes.get(id)?.signal("SIGKILL");
  const nodes = parts.stores.flatMap((store) => store.nodes.filter(({ zone }) => zones.includes(zone)));
  const forwarders = context.forwarders.filter(({ zone }) => zones.includes(zone));
  await Promise.all([
    ...nodes.map((node) => node.kill()),
    ...forwarders.map((forwarder) => forwarder.suspend()),
  ]);
}

/** Starts the forwarders of zones that no other fault has taken away. */
export async function resumeForwarders(
  zones: readonly string[],
  { fault, context }: FaultTools,
): Promise<void> {
  const isBack = (zone: string) => zones.includes(zone) && context.places.zone(zone, fault) !== "gone";
  const forwarders = context.forwarders.filter(({ zone }) => isBack(zone));
  await Promise.all(forwarders.map((forwarder) => forwarder.resume()));
}
