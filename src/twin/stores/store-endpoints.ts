import type { Tier } from "#model/network.ts";
import type { Address } from "../addresses.ts";
import type { Destination, ZoneForwarder } from "../forwarders.ts";
import type { TwinContext } from "../twin-context.ts";

/** The addresses of a store in one zone; behind each, the zone's forwarder leads to a node. */
interface ZoneEndpoints {
  readonly writer: Address;
  readonly reader: Address;
}

/** The addresses that belong to one node, at the forwarder of its zone. */
interface NodeEndpoints {
  /** Where it gets its log from while it follows the primary. */
  readonly upstream: Address;
  /** Where it is asked how it is. */
  readonly observer: Address;
}

/** The names of a store's routes: faults go by them. */
export const routeNames = {
  writer: (store: string) => `${store}.writer`,
  reader: (store: string) => `${store}.reader`,
  upstream: (node: string) => `${node}.upstream`,
  observer: (node: string) => `${node}.observer`,
} as const;

/**
 * The writer and reader endpoints of a store: addresses that stay, and lead where the primary is. AWS does the same
 * with a DNS name, whose old answer clients may keep for a while; here connections to the old primary end at once.
 */
export class StoreEndpoints {
  readonly #store: string;
  readonly #context: TwinContext;
  readonly #nodes: readonly Destination[];
  readonly #ofZone = new Map<string, ZoneEndpoints>();
  readonly #ofNode = new Map<string, NodeEndpoints>();

  private constructor(store: string, nodes: readonly Destination[], context: TwinContext) {
    this.#store = store;
    this.#nodes = nodes;
    this.#context = context;
  }

  /** Opens the endpoints in every zone; until they are pointed somewhere, connections are refused. */
  static async open(
    store: { readonly name: string; readonly tier: Tier; readonly port: number },
    nodes: readonly Destination[],
    context: TwinContext,
  ): Promise<StoreEndpoints> {
    const endpoints = new StoreEndpoints(store.name, nodes, context);
    const { zoneNames } = context.architecture;
    const acquire = (zone: string) =>
      context.addresses.acquire(store.tier, zoneNames.indexOf(zone), store.port);
    for (const zone of zoneNames)
      endpoints.#ofZone.set(zone, { writer: await acquire(zone), reader: await acquire(zone) });
    for (const { id, zone } of nodes)
      endpoints.#ofNode.set(id, { upstream: await acquire(zone), observer: await acquire(zone) });
    await Promise.all([endpoints.point(null), ...nodes.map((node) => endpoints.#observe(node))]);
    return endpoints;
  }

  in(zone: string): ZoneEndpoints {
    return this.#ofZone.get(zone) as ZoneEndpoints;
  }

  upstreamOf(node: string): Address {
    return (this.#ofNode.get(node) as NodeEndpoints).upstream;
  }

  /** Where a node is asked how it is; null while its forwarder starts: what does not pass then says nothing of the node. */
  observerOf({ id, zone }: Destination): Address | null {
    return this.#forwarder(zone).carries ? (this.#ofNode.get(id) as NodeEndpoints).observer : null;
  }

  /**
   * Points everything at the primary. The reader endpoint too, unless there is something to read from: the standby of a
   * Multi-AZ instance cannot be read on RDS, and without read replicas the reader endpoint of a cluster is its writer.
   */
  async point(
    primary: Destination | null,
    readerIn: (zone: string) => Destination | null = () => primary,
  ): Promise<void> {
    const { writer, reader, upstream } = routeNames;
    const to = listOf(primary);
    const ends = this.#context.forwarders.flatMap((forwarder) => {
      const { zone } = forwarder;
      const listen = this.in(zone);
      return [
        forwarder.route({ name: writer(this.#store), listen: listen.writer, to }),
        forwarder.route({ name: reader(this.#store), listen: listen.reader, to: listOf(readerIn(zone)) }),
      ];
    });
    const ways = this.#nodes.map(({ id, zone }) =>
      this.#forwarder(zone).route({ name: upstream(id), listen: this.upstreamOf(id), to }),
    );
    await Promise.all([...ends, ...ways]);
  }

  #observe(node: Destination): Promise<void> {
    const { observer } = this.#ofNode.get(node.id) as NodeEndpoints;
    const name = routeNames.observer(node.id);
    return this.#forwarder(node.zone).route({ name, listen: observer, to: [node], regional: true });
  }

  #forwarder(zone: string): ZoneForwarder {
    return this.#context.forwarders.find((forwarder) => forwarder.zone === zone) as ZoneForwarder;
  }
}

function listOf(node: Destination | null): readonly Destination[] {
  return node ? [node] : [];
}
