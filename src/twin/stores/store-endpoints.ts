import type { Tier } from "#model/network.ts";
import type { Address } from "../addresses.ts";
import type { TwinContext } from "../twin-context.ts";

/** The addresses of a store in one zone; behind each, the zone's forwarder leads to a node. */
interface ZoneEndpoints {
  readonly writer: Address;
  readonly reader: Address;
  /** Where a node of this zone that follows the primary gets its log from. */
  readonly upstream: Address;
}

/**
 * The writer and reader endpoints of a store: addresses that stay, and lead where the primary is. AWS does the same
 * with a DNS name, whose old answer clients may keep for a while; here connections to the old primary end at once.
 */
export class StoreEndpoints {
  readonly #store: string;
  readonly #context: TwinContext;
  readonly #zones: ReadonlyMap<string, ZoneEndpoints>;

  private constructor(store: string, context: TwinContext, zones: ReadonlyMap<string, ZoneEndpoints>) {
    this.#store = store;
    this.#context = context;
    this.#zones = zones;
  }

  /** Opens the endpoints in every zone; until they are pointed somewhere, connections are refused. */
  static async open(store: string, tier: Tier, port: number, context: TwinContext): Promise<StoreEndpoints> {
    const zones = new Map<string, ZoneEndpoints>();
    for (const [index, zone] of context.architecture.zoneNames.entries()) {
      const acquire = () => context.addresses.acquire(tier, index, port);
      zones.set(zone, { writer: await acquire(), reader: await acquire(), upstream: await acquire() });
    }
    const endpoints = new StoreEndpoints(store, context, zones);
    await endpoints.point(null);
    return endpoints;
  }

  in(zone: string): ZoneEndpoints {
    return this.#zones.get(zone) as ZoneEndpoints;
  }

  /**
   * Points everything at the primary. The reader endpoint too, unless there is something to read from: the standby of a
   * Multi-AZ instance cannot be read on RDS, and without read replicas the reader endpoint of a cluster is its writer.
   */
  async point(
    primary: Address | null,
    readerIn: (zone: string) => Address | null = () => primary,
  ): Promise<void> {
    const routes = this.#context.forwarders.flatMap((forwarder) => {
      const to = { writer: primary, reader: readerIn(forwarder.zone), upstream: primary };
      const { writer, reader, upstream } = this.in(forwarder.zone);
      return Object.entries({ writer, reader, upstream }).map(([name, listen]) =>
        forwarder.route(`${this.#store}.${name}`, listen, to[name as keyof typeof to]),
      );
    });
    await Promise.all(routes);
  }
}
