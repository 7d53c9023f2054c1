import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Architecture } from "#model/architecture.ts";
import { merge } from "#model/data.ts";
import { resolve } from "#model/resolve.ts";
import { small } from "#model/testing/small.ts";
import { difference } from "./difference.ts";
import { planOf } from "./plan.ts";

const before = resolve(small, "production");

const changed = (change: unknown) => resolve(merge(small, change), "production");
const without = (...path: [keyof Architecture, string]) => {
  const [kind, name] = path;
  const { [name]: _gone, ...parts } = small[kind] as Record<string, unknown>;
  return resolve({ ...small, [kind]: parts }, "production");
};
const changesOf = (change: unknown) =>
  difference(before, changed(change)).map(({ path, effect }) => `${effect} ${path}`);
const plan = (change: unknown, programs: string[] = []) => {
  const after = changed(change);
  return planOf(difference(before, after), after, programs);
};
const NOTHING = {
  storesAdded: [],
  servicesAdded: [],
  rolls: [],
  jobs: [],
  route: false,
};
const { api } = small.services as unknown as { api: Record<string, unknown> };

describe("the difference of two architectures", () => {
  it("is nothing between one and itself, read again", () => {
    expect(difference(before, changed({}))).toEqual([]);
    expect(difference(before, JSON.parse(JSON.stringify(before)))).toEqual([]);
  });

  it("says what was and what is, at the place where it differs", () => {
    const env = { LOG_LEVEL: "debug" };
    const after = changed({ services: { api: { env, replicas: { desired: 3 } } } });
    expect(difference(before, after)).toEqual([
      { path: "services.api.env.LOG_LEVEL", effect: "roll", after: "debug" },
      { path: "services.api.replicas.desired", effect: "configure", before: 2, after: 3 },
    ]);
    expect(difference(after, before)[0]).toEqual({
      path: "services.api.env.LOG_LEVEL",
      effect: "roll",
      before: "debug",
    });
  });

  it.each([
    [
      "a health check",
      { services: { api: { targetHealth: { path: "/live" } } } },
      ["configure services.api.targetHealth.path"],
    ],
    ["a command", { services: { api: { command: ["node", "other.js"] } } }, ["roll services.api.command"]],
    ["a job's command", { services: { migrate: { command: ["true"] } } }, ["run services.migrate.command"]],
    [
      "a route",
      { entry: { loadBalancer: { routes: [{ path: "/x", to: "api" }] } } },
      ["route entry.loadBalancer.routes"],
    ],
    ["stickiness", { entry: { loadBalancer: { stickiness: {} } } }, ["route entry.loadBalancer.stickiness"]],
    ["a store's version", { stores: { database: { version: "16.1" } } }, ["restart stores.database.version"]],
    [
      "a store's instance",
      { stores: { database: { instance: "db.t3.large" } } },
      ["none stores.database.instance"],
    ],
    [
      "zones",
      {
        network: {
          zones: 1,
          subnets: { public: ["10.0.1.0/24"], private: ["10.0.11.0/24"], database: ["10.0.21.0/24"] },
        },
        stores: { database: { multiZone: false } },
      },
      ["restart network.zones", "restart network.subnets.public"],
    ],
    ["a secret", { secrets: { credentials: { holds: ["password"] } } }, ["roll secrets.credentials.holds"]],
    ["a note", { notes: [{ about: "x", statements: [], decision: "y" }] }, ["none notes"]],
  ])("knows what %s asks of a twin", (_, change, expected) => {
    expect(changesOf(change)).toEqual(expect.arrayContaining(expected));
  });

  it("takes parts that come and go as wholes, and one of another kind as that", () => {
    expect(changesOf({ stores: { uploads: { kind: "bucket", purpose: "uploads" } } })).toEqual([
      "start stores.uploads",
    ]);
    expect(
      difference(before, without("stores", "logs")).map(({ path, effect }) => `${effect} ${path}`),
    ).toEqual(["stop stores.logs"]);
    const { port: _port, targetHealth: _health, ...worker } = api;
    const architecture = { ...small, services: { ...small.services, api: { ...worker, kind: "worker" } } };
    const routes = [{ path: "/", respond: { status: 200 } }];
    const entry = { loadBalancer: { ...small.entry.loadBalancer, routes } };
    const after = resolve({ ...architecture, entry }, "production");
    expect(difference(before, after).map(({ path }) => path)).toContain("services.api.kind");
  });

  it("finds whatever is changed in any field, and back again", () => {
    const paths = leavesOf({ ...before, zoneNames: undefined });
    const property = fc.property(fc.constantFrom(...paths), (path) => {
      const after = withOther(before, path);
      const forth = difference(before, after);
      const back = difference(after, before);
      expect(forth.length).toBeGreaterThan(0);
      expect(back.map((change) => change.path)).toEqual(forth.map((change) => change.path));
      expect(forth.every((change) => path.join(".").startsWith(change.path))).toBe(true);
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
  });
});

describe("the plan for a twin", () => {
  it("does nothing where nothing that runs depends on it", () => {
    expect(plan({ services: { api: { description: "serves" } } })).toEqual(NOTHING);
    expect(plan({ services: { api: { startTimeout: "9s" } } })).toEqual(NOTHING);
  });

  it("runs the jobs that come before what it rolls", () => {
    expect(plan({ services: { api: { env: { A: "1" } } } })).toEqual({
      ...NOTHING,
      rolls: ["api"],
      jobs: ["migrate"],
    });
    expect(plan({ services: { migrate: { env: { A: "1" } } } })).toEqual({ ...NOTHING, jobs: ["migrate"] });
  });

  it("rolls what reads a secret that is another", () => {
    expect(plan({ secrets: { credentials: { holds: ["password"] } } }).rolls).toEqual(["api"]);
    expect(plan({ secrets: { other: { holds: ["key"] } } })).toEqual(NOTHING);
  });

  it("starts a service that is new, and does not roll it", () => {
    const change = { services: { extra: { ...api, uses: [] } } };
    expect(plan(change)).toEqual({ ...NOTHING, servicesAdded: ["extra"] });
  });

  it("runs anew what has other program files", () => {
    expect(plan({}, ["api"])).toEqual({ ...NOTHING, rolls: ["api"], jobs: ["migrate"] });
    expect(plan({}, ["migrate"])).toEqual({ ...NOTHING, jobs: ["migrate"] });
    expect(plan({}, ["gone"])).toEqual(NOTHING);
  });

  it("starts a store that is new", () => {
    const stores = { uploads: { kind: "bucket", purpose: "uploads" } };
    expect(plan({ stores })).toEqual({ ...NOTHING, storesAdded: ["uploads"] });
    const after = without("stores", "logs");
    expect(planOf(difference(before, after), after)).toEqual(NOTHING);
  });
});

/** The path of every value that is no record. */
function leavesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (value === undefined) return [];
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [[...path]];
  return Object.entries(value).flatMap(([key, field]) => leavesOf(field, [...path, key]));
}

function withOther<T>(value: T, [key, ...rest]: readonly string[]): T {
  if (key === undefined) return "another value" as T;
  const record = value as Record<string, unknown>;
  return { ...record, [key]: withOther(record[key], rest) } as T;
}
