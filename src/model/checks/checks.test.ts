import { describe, expect, it } from "vitest";
import { checkArchitecture } from "../resolve.ts";
import { small, smallWith } from "../testing/small.ts";

/** What the checks say of the small architecture with a change: code, path, and the way out. */
function problemsWith(change: unknown): string[] {
  return checkArchitecture(smallWith(change)).map(({ code, path }) => `${code} ${path}`);
}

describe("checkArchitecture", () => {
  it("finds nothing wrong with what is right", () => {
    expect(checkArchitecture(small)).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    [
      "overlapping subnets",
      { network: { subnets: { private: ["10.0.1.0/24", "10.0.12.0/24"] } } },
      ["SUBNETS_OVERLAP network.subnets.private.0"],
    ],
    [
      "subnets smaller than AWS takes",
      { network: { subnets: { public: ["10.0.1.0/29", "10.0.2.0/24"] } } },
      ["SUBNET_SIZE network.subnets.public.0"],
    ],
    [
      "subnets too small for the replicas",
      {
        network: { subnets: { private: ["10.0.11.0/28", "10.0.12.0/28"] } },
        services: { api: { replicas: { max: 30 } } },
      },
      ["SUBNETS_TOO_SMALL network.subnets.private"],
    ],
    [
      "a subnet outside the VPC",
      { network: { subnets: { public: ["10.1.1.0/24", "10.0.2.0/24"] } } },
      ["SUBNET_OUTSIDE network.subnets.public.0"],
    ],
    [
      "a zone without a subnet",
      { network: { zones: 3, subnets: { public: { allocate: 24 }, private: { allocate: 24 } } } },
      ["ZONE_WITHOUT_SUBNET network.subnets.database"],
    ],
    [
      "an unknown store",
      { services: { api: { uses: ["databse"] } } },
      ["REFERENCE_UNKNOWN services.api.uses.0"],
    ],
    [
      "an unknown secret",
      { services: { api: { secrets: ["credential"] } } },
      ["REFERENCE_UNKNOWN services.api.secrets.0"],
    ],
    [
      "a route to nowhere",
      { entry: { loadBalancer: { routes: [{ to: "apj" }] } } },
      ["REFERENCE_UNKNOWN entry.loadBalancer.routes.0.to"],
    ],
    [
      "a route to a job",
      { entry: { loadBalancer: { routes: [{ to: "migrate" }] } } },
      ["REFERENCE_KIND entry.loadBalancer.routes.0.to"],
    ],
    [
      "sticky sessions without cross-zone load balancing",
      { entry: { loadBalancer: { crossZone: false, stickiness: { kind: "duration", duration: "1h" } } } },
      ["FIELDS_EXCLUDE entry.loadBalancer.stickiness"],
    ],
    [
      "a cookie without a name",
      { entry: { loadBalancer: { stickiness: { kind: "application", duration: "1h" } } } },
      ["FIELD_MISSING entry.loadBalancer.stickiness.cookie"],
    ],
    [
      "logs into a database",
      { entry: { loadBalancer: { accessLogs: { bucket: "database" } } } },
      ["REFERENCE_KIND entry.loadBalancer.accessLogs.bucket"],
    ],
    [
      "a time-out longer than its interval",
      { services: { api: { targetHealth: { interval: "5s", timeout: "6s" } } } },
      ["TIMEOUT_OVER_INTERVAL services.api.targetHealth.timeout"],
    ],
    [
      "min > max",
      { services: { api: { replicas: { min: 7, desired: 7 } } } },
      ["BOUNDS_REVERSED services.api.replicas.max"],
    ],
    [
      "an unparsable quantity",
      { services: { api: { size: { memory: "1 gig" } } } },
      ["QUANTITY_UNREADABLE services.api.size.memory"],
    ],
    [
      "a public database",
      { stores: { database: { publicAccess: true } } },
      ["STORE_PUBLIC stores.database.publicAccess"],
    ],
    [
      "a database in public subnets",
      { stores: { database: { subnets: "public" } } },
      ["VALUE_INVALID stores.database.subnets"],
    ],
    [
      "a standby without a second zone",
      { network: { zones: 1, subnets: oneZone() } },
      ["STANDBY_WITHOUT_ZONE stores.database.multiZone"],
    ],
    [
      "https without a certificate",
      { entry: { loadBalancer: { listeners: [{ port: 443, protocol: "https" }] } } },
      ["CERTIFICATE_MISSING entry.loadBalancer.listeners.0"],
    ],
    ["a field that does not exist", { network: { zone: 2 } }, ["FIELD_UNKNOWN network.zone"]],
    [
      "a kind that does not exist",
      { stores: { database: { kind: "postgres" } } },
      ["VALUE_INVALID stores.database.kind"],
    ],
    ["a name that is no name", { services: { "Not A Name": {} } }, ["NAME_INVALID services.Not A Name"]],
    [
      "an overlay that renames",
      { environments: { production: { stores: { databse: {} } } } },
      ["REFERENCE_UNKNOWN environments.production.stores.databse"],
    ],
    [
      "an overlay of what is fixed",
      { environments: { production: { services: { api: { port: 1 } }, region: "eu-west-1" } } },
      [
        "OVERLAY_FORBIDDEN environments.production.services.api.port",
        "OVERLAY_FORBIDDEN environments.production.region",
      ],
    ],
    [
      "a claim about no setting",
      { sources: { "services.api.prot": { line: 1, text: "x" } } },
      ["SOURCE_UNKNOWN sources.services.api.prot"],
    ],
  ])("reports %s", (_what, change, expected) => {
    expect(problemsWith(change)).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    [{ network: { zone: 2 } }, 'Did you mean "zones"?'],
    [{ services: { api: { prot: 8000 } } }, 'Did you mean "port"?'],
    [
      { services: { api: { scaling: [{ kind: "target-tracking", metric: "cpu", targt: 70 }] } } },
      'Did you mean "target"?',
    ],
    [{ stores: { database: { backup: { retentoin: "7d" } } } }, 'Did you mean "retention"?'],
    [{ naem: "x" }, 'Did you mean "name"?'],
  ])("offers the likely name of a field: %j", (change, remedy) => {
    const problem = checkArchitecture(smallWith(change)).find(({ code }) => code === "FIELD_UNKNOWN");
    expect(problem?.remedy).toContain(remedy);
  });

  it("names the fields of the kind that is meant, and not those of the others", () => {
    const [problem] = checkArchitecture(smallWith({ stores: { logs: { colour: "red" } } }));
    expect(problem?.remedy).toContain("purpose");
    expect(problem?.remedy).not.toContain("instance");
  });

  it("reports everything at once, each with its way out", () => {
    const problems = checkArchitecture(
      smallWith({
        network: { subnets: { private: ["10.0.1.0/24", "10.0.12.0/24"] } },
        services: { api: { uses: ["databse"], size: { cpu: "half" }, replicas: { min: 9 } } },
        stores: { database: { publicAccess: true } },
      }),
    );
    expect(problems.map(({ code }) => code).sort()).toMatchInlineSnapshot(`
      [
        "BOUNDS_REVERSED",
        "QUANTITY_UNREADABLE",
        "REFERENCE_UNKNOWN",
        "STORE_PUBLIC",
        "SUBNETS_OVERLAP",
      ]
    `);
    for (const problem of problems) expect(problem.remedy).toMatch(/^[A-Z].*[.)?}]$/s);
    expect(problems.find(({ code }) => code === "REFERENCE_UNKNOWN")?.remedy).toContain(
      'Did you mean "database"?',
    );
  });
});

function oneZone() {
  return { public: ["10.0.1.0/24"], private: ["10.0.11.0/24"], database: ["10.0.21.0/24"] };
}
