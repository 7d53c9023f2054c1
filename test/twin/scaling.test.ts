import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TwinStatus } from "#twin/status.ts";
import { linuxOnly } from "../support/needs.ts";
import { writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";
import { SteadyTraffic } from "../support/steady-traffic.ts";
import { untilStatus } from "../support/twin-view.ts";

const TWIN = "own-development";

/** Keeps a processor busy for 20 ms for each request, in a child as a server with workers does. */
const BUSY_SERVER = `import cluster from "node:cluster";
import { createServer } from "node:http";
if (cluster.isPrimary) {
  cluster.fork();
  process.on("SIGTERM", () => cluster.disconnect(() => process.exit(0)));
} else {
  createServer((request, response) => {
    const end = performance.now() + (request.url === "/" ? 20 : 0);
    while (performance.now() < end);
    response.end("well\\n");
  }).listen(Number(process.env.PORT), process.env.HOST);
}
`;

function step(when: "above" | "below", threshold: number, change: number): object {
  return { kind: "step", metric: "cpu", when, threshold, periods: 2, change, cooldown: "60s" };
}

/** So small that a share of a processor suffices to be far beyond it, where others need the processor too. */
const BUSY = {
  size: { cpu: "200m", memory: "512MiB" },
  replicas: { min: 1, desired: 1, max: 2 },
  scaling: [step("above", 40, 1), step("below", 25, -1)],
};

const healthy = ({ services, unsettled }: TwinStatus) =>
  unsettled.length === 0 ? services[0]?.healthy : undefined;

describe.skipIf(linuxOnly.skipped)(`scaling${linuxOnly.why}`, () => {
  let project: Project;
  let before: TwinStatus;

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project, { services: { web: BUSY } });
    project.write("server.mjs", BUSY_SERVER);
    before = await project.up();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const until = (what: string, holds: (status: TwinStatus) => boolean) =>
    untilStatus(project, TWIN, what, holds, 30_000);

  it("adds replicas under load and takes them away afterwards, and no request fails", async () => {
    await using trickle = new SteadyTraffic(new URL("/healthz", before.endpoint as string).href);
    const loads = [1, 2].map(() => new SteadyTraffic(before.endpoint as string));
    const out = await until("two replicas serve", (status) => healthy(status) === 2);
    expect(out.scaling).toMatchObject([
      { service: "web", by: "policies", desired: 2, min: 1, max: 2, lastActivity: { from: 1, to: 2 } },
    ]);
    expect(out.scaling[0]?.lastActivity?.cause).toMatch(/^cpu \d+ %, above 40 %$/);

    await Promise.all(loads.map((load) => load.end()));
    const back = await until("one replica is left", (status) => healthy(status) === 1);
    expect(back.scaling[0]?.lastActivity?.cause).toMatch(/^cpu \d+ %, below 25 %$/);
    await trickle.end();
    expect([trickle, ...loads].flatMap(({ failures }) => failures)).toEqual([]);

    const told = project.read(`.plumbline/${TWIN}/logs/events.log`);
    expect(told).toMatch(/"part":"web","message":"scales from 1 to 2: cpu \d+ %, above 40 %"/);
    expect((await project.run(["status"])).stdout).toMatch(/web +1 of 1 to 2 +cpu \d+ %, acts above 40 %/);
  }, 90_000);

  it("goes by the policies that `up` brings: requests for each target, as the load balancer counts them", async () => {
    await using traffic = new SteadyTraffic(new URL("/healthz", before.endpoint as string).href);
    const requests = { ...step("above", 100, 1), metric: "requests-per-target" };
    writeArchitecture(project, { services: { web: { ...BUSY, scaling: [requests] } } });
    project.write("server.mjs", BUSY_SERVER);
    await project.run(["up"]);
    const out = await until("two replicas serve", (status) => healthy(status) === 2);
    expect(out.scaling[0]?.lastActivity?.cause).toMatch(
      /^requests-per-target \d+ requests\/min, above 100 requests/,
    );
    await traffic.end();
    expect(traffic.failures).toEqual([]);
  }, 60_000);
});
