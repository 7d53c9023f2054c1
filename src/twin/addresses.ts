import { createServer } from "node:net";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { Tier } from "#model/network.ts";
import { formatAddress, networkSize, type Network4, parseCidr } from "#model/quantities/cidr.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** AWS keeps the first four addresses of every subnet and the last one. */
const FIRST_FREE = 4;

/**
 * Gives parts their addresses. On Linux all of 127.0.0.0/8 is loopback, and a part has the last two numbers of an
 * address of its subnet: 10.0.11.5 of the plan is 127.T.11.5, where T is the twin's. Elsewhere everything is on
 * 127.0.0.1 and ports tell parts apart.
 */
export class AddressBook {
  readonly #architecture: Pick<ResolvedArchitecture, "network">;
  readonly #twin: number | null;
  readonly #used = new Set<string>();
  readonly #next = new Map<string, number>();

  /** @param twin the twin's number, 1 to 254; null where only 127.0.0.1 is loopback. */
  constructor(architecture: Pick<ResolvedArchitecture, "network">, twin: number | null) {
    this.#architecture = architecture;
    this.#twin = twin;
  }

  /** Whether every part has an address of its own, in its zone's subnet. */
  get perZone(): boolean {
    return this.#twin !== null;
  }

  /** An address in a subnet that nothing else has. */
  async acquire(tier: Tier, zone: number, port: number): Promise<Address> {
    if (this.#twin === null) return { host: "127.0.0.1", port: await freePort() };
    const { public: publicSubnets, private: privateSubnets, database } = this.#architecture.network.subnets;
    const cidr = (
      { public: publicSubnets, private: privateSubnets, database } as Record<Tier, readonly string[]>
    )[tier][zone];
    const subnet = parseCidr(cidr as string) as Network4;
    const host = this.#nextFree(cidr as string, subnet);
    this.#used.add(host);
    return { host, port };
  }

  release({ host }: Address): void {
    this.#used.delete(host);
  }

  /** Goes round the subnet, so that an address that was just given back is not given to another part at once. */
  #nextFree(cidr: string, subnet: Network4): string {
    const count = networkSize(subnet) - FIRST_FREE - 1;
    const start = this.#next.get(cidr) ?? 0;
    for (let step = 0; step < count; step++) {
      const offset = (start + step) % count;
      const host = loopback(subnet.base + FIRST_FREE + offset, this.#twin as number);
      if (this.#used.has(host)) continue;
      this.#next.set(cidr, offset + 1);
      return host;
    }
    throw new PlumblineError(
      "SUBNET_FULL",
      `Every address of the subnet ${cidr} is in use.`,
      "Enlarge the subnet, or run fewer replicas.",
    );
  }
}

/** A VPC has at most 65,536 addresses, so its last two numbers say which one is meant. */
export function loopback(address: number, twin: number): string {
  return formatAddress(((127 << 24) | (twin << 16) | (address & 0xffff)) >>> 0);
}

/** A port of 127.0.0.1 that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
