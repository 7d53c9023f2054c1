import { describe, expectTypeOf, it } from "vitest";
import { type Architecture, defineArchitecture, type ResolvedArchitecture } from "./architecture.ts";
import { small } from "./testing/small.ts";

/**
 * Each `@ts-expect-error` is a proof: `npm run types` fails where the line below it compiles.
 * The calls have no effect, so the bodies need no running architecture.
 */
describe("names are checked by type", () => {
  it("knows an architecture's own names", () => {
    expectTypeOf(small).toEqualTypeOf<
      Architecture<"api" | "migrate", "database" | "logs", "credentials", "development" | "production">
    >();
    expectTypeOf<ResolvedArchitecture["recovery"]["rto"]>().toEqualTypeOf<number | undefined>();
  });

  it("refuses a reference to a part that is not there", () => {
    const { services, secrets, entry } = small;
    const api = { ...services.api, uses: ["databse"] } as const;
    // @ts-expect-error no store or service has this name
    defineArchitecture({ ...small, services: { ...services, api } });

    const guarded = { ...services.api, secrets: ["credential"] } as const;
    // @ts-expect-error no secret has this name
    defineArchitecture({ ...small, services: { ...services, api: guarded } });

    const loadBalancer = { ...entry.loadBalancer, routes: [{ to: "apj" }] } as const;
    // @ts-expect-error no service has this name
    defineArchitecture({ ...small, entry: { loadBalancer } });

    const credentials = { holds: ["key"], of: "databse" } as const;
    // @ts-expect-error no store has this name
    defineArchitecture({ ...small, secrets: { ...secrets, credentials } });
  });

  it("refuses an overlay of what is not there, or is the same everywhere", () => {
    const production = {};
    // @ts-expect-error an overlay cannot bring a new part
    defineArchitecture({ ...small, environments: { production, test: { stores: { databse: {} } } } });
    // @ts-expect-error an overlay cannot change a port
    defineArchitecture({ ...small, environments: { production, test: { services: { api: { port: 9 } } } } });
    // @ts-expect-error an overlay cannot change the region
    defineArchitecture({ ...small, environments: { production, test: { region: "eu-west-1" } } });
  });

  it("refuses a quantity or a kind that cannot be read", () => {
    // @ts-expect-error "30 sec" is no duration
    defineArchitecture({ ...small, observability: { logs: { retention: "30 sec" } } });

    const api = { ...small.services.api, size: { cpu: "1 vCPU", memory: "1 gig" } } as const;
    // @ts-expect-error "1 gig" is no size
    defineArchitecture({ ...small, services: { ...small.services, api } });

    // @ts-expect-error "queue" is no kind of store
    defineArchitecture({ ...small, stores: { ...small.stores, queue: { kind: "queue" } } });
    // @ts-expect-error "zone" is no field
    defineArchitecture({ ...small, network: { ...small.network, zone: 2 } });
  });
});
