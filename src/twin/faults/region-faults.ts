import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { runJob } from "../services/jobs.ts";
import { patienceFor, untilSettled } from "../settling.ts";
import type { FaultPlan, FaultTools } from "./fault-plan.ts";
import type { FaultRequest } from "./request.ts";
import { REGION, unsuitable } from "./target.ts";
import { killZones, resumeForwarders } from "./zone-faults.ts";

/**
 * The whole region: everything that runs, and every byte that its stores hold; what is left is their backups. What is
 * healed is what one would set up anew: stores that are empty, unless somebody has brought their data back meanwhile,
 * then jobs, then services.
 */
export function regionFault(request: FaultRequest, tools: FaultTools): FaultPlan {
  if (request.how !== "kill")
    throw unsuitable("The region", request.how, "it can only be gone", "Kill it, or break its zones.");
  if (!request.force) {
    throw new PlumblineError(
      "FAULT_NEEDS_FORCE",
      "The stores of the region would lose all their data, and healing does not bring it back.",
      "Make sure that there is a backup, and say --force (in the control API: force).",
    );
  }
  const zones = tools.context.architecture.zoneNames;
  return {
    on: [REGION],
    description: "the region is gone, and everything that its stores held",
    begin: () => takeAway(zones, tools),
    heal: () => rebuild(zones, tools),
  };
}

async function takeAway(zones: readonly string[], tools: FaultTools): Promise<void> {
  const { fault, context, parts, balancer } = tools;
  const gone = zones.map((zone) => ({ zone, state: "gone" as const }));
  context.places.close(fault, gone);
  await Promise.all([killZones(zones, tools), balancer.suspend()]);
  for (const { name } of parts.stores)
    await rm(join(context.state.data, name), { recursive: true, force: true });
}

async function rebuild(zones: readonly string[], tools: FaultTools): Promise<void> {
  const { fault, context, parts, balancer, signal } = tools;
  const { architecture, places, processes } = context;
  await Promise.all([resumeForwarders(zones, tools), ...parts.stores.map((store) => store.renew())]);
  balancer.resume();
  // Services wait for their data: until the jobs have made it, only stores may start.
  places.close(
    fault,
    zones.map((zone) => ({ zone, state: "returning" as const })),
  );
  const patienceMs = patienceFor(Object.values(architecture.services));
  const logFile = (part: string) => processes.logFile(part);
  await untilSettled({ services: [], stores: parts.stores }, { patienceMs, signal, logFile });
  for (const [name, service] of Object.entries(architecture.services))
    if (service.kind === "job") await runJob(name, service, context, signal);
  places.open(fault);
}
