import { PlumblineError } from "#model/errors.ts";
import { exampleRequest } from "#model/example-request.ts";
import type { ReplicaStatus, ServiceStatus, StoreStatus } from "#twin/status.ts";
import type { Scene } from "./drill.ts";

/** The service that the load balancer's clients ask: the one of the architecture's example. */
export function servingService({
  architecture,
  status,
}: Pick<Scene, "architecture" | "status">): ServiceStatus {
  const example = exampleRequest(architecture)?.service;
  const service = status.services.find(({ name }) => name === example);
  if (service) return service;
  throw unsuitable("it has no web service that a route leads to", "Try it on an architecture with one.");
}

export function replicaOf(service: ServiceStatus, round: number): ReplicaStatus {
  const running = service.replicas.filter(({ pid }) => pid !== null);
  const replica = running[round % Math.max(1, running.length)];
  if (replica) return replica;
  throw unsuitable(`no replica of ${service.name} runs`, "Wait until one does: `plumbline wait`.");
}

/** The kinds of store that are asked in SQL. */
export const SQL_KINDS: readonly string[] = ["postgresql", "mysql"];

/** A store of one of these kinds. */
export function storeOf(
  { status }: Pick<Scene, "status">,
  ...kinds: readonly string[]
): StoreStatus | undefined {
  return status.stores.find(({ kind, nodes }) => kinds.includes(kind) && nodes.length > 0);
}

/** @param why what this twin lacks, as half a sentence. */
export function unsuitable(why: string, remedy: string): PlumblineError {
  return new PlumblineError("DRILL_UNSUITABLE", `This drill does not fit the twin: ${why}.`, remedy);
}
