import type { ReplicationState } from "#control/replication-state.ts";
import type { Destination } from "../forwarders.ts";

/** The replicas that have what is to be read. */
export function readersOf<Node extends { readonly id: string }>(
  { nodes, replicas }: ReplicationState,
  all: readonly Node[],
): Node[] {
  return all.filter(({ id }) => replicas.includes(id) && nodes[id]?.streaming);
}

/**
 * Where a zone reads: from a replica of its own, or one of the others, such that zones without spread over them; null
 * where there is no replica. ElastiCache's reader endpoint spreads connections over all replicas.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Endpoints.html
 */
export function readerFor(
  zone: string,
  zones: readonly string[],
  readers: readonly Destination[],
): Destination | null {
  const near = readers.find((reader) => reader.zone === zone);
  return near ?? readers[zones.indexOf(zone) % readers.length] ?? null;
}
