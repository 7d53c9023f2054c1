import { expect, it } from "vitest";
import { resolve } from "#model/resolve.ts";
import { small } from "#model/testing/small.ts";
import { partEnvironment } from "./part-environment.ts";
import type { ServiceStatus } from "./status.ts";

const replica = (id: string, zone: string, address: string) => ({
  id,
  zone,
  address,
  version: "latest",
  state: "healthy",
  pid: 1,
  startedAt: null,
});
const SERVICES: readonly ServiceStatus[] = [
  {
    name: "api",
    kind: "web",
    version: "current",
    imageTag: "latest",
    deployment: null,
    desired: 2,
    healthy: 2,
    outdated: 0,
    trouble: null,
    replicas: [
      replica("api-1", "us-east-1a", "127.1.11.4:8000"),
      replica("api-2", "us-east-1b", "127.1.12.4:8000"),
      replica("api-3", "us-east-1b", ""),
    ],
  },
];

const environmentOf = (part: string) =>
  partEnvironment(resolve(small, "production"), SERVICES, part, {
    cwd: "/project",
    endpoints: (zone) => ({
      stores: { database: { writer: `w-${zone}`, reader: "r" } },
      services: {},
      secrets: {},
    }),
  });

it("is a replica's own: its zone, its address, and the stores as its zone reaches them", () => {
  const { zone, cwd, variables } = environmentOf("api-2") ?? {};
  expect({ zone, cwd }).toEqual({ zone: "us-east-1b", cwd: "/project" });
  expect(variables).toMatchObject({ HOST: "127.1.12.4", PORT: "8000", DATABASE_URL: "w-us-east-1b" });
});

it("is that of the first replica for a service, and has no address where the replica has none", () => {
  expect(environmentOf("api")?.variables).toMatchObject({ HOST: "127.1.11.4", ZONE: "us-east-1a" });
  expect(environmentOf("api-3")?.variables).not.toHaveProperty("HOST");
});

it("is nothing for a part that there is not", () => {
  expect(environmentOf("api-9")).toBeNull();
  expect(environmentOf("database")).toBeNull();
});
