import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "#twin/control-api/client.ts";
import { runningRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { DeploymentStatus, ServiceStatus, TwinStatus } from "#twin/status.ts";
import { lastLine } from "../support/command-line.ts";
import { eventually } from "../support/eventually.ts";
import { linuxOnly } from "../support/needs.ts";
import { job, writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";
import { SteadyTraffic } from "../support/steady-traffic.ts";

const TWIN = "own-development";

/** Answers with what it runs, and crashes this long after it has begun to listen. */
const VERSIONED = `import { createServer } from "node:http";
const { HOST, PORT, GREETING = "one", CRASH_AFTER } = process.env;
createServer((request, response) => response.end(GREETING)).listen(Number(PORT), HOST, () => {
  if (CRASH_AFTER) setTimeout(() => { console.error("out of luck"); process.exit(3); }, Number(CRASH_AFTER));
});
process.on("SIGTERM", () => process.exit(0));
`;

const versions = {
  v2: { env: { GREETING: "two" } },
  exits: { command: ["node", "-e", "console.error('no such table'); process.exit(1)"] },
  deaf: { command: ["node", "-e", "console.log('listens to nobody'); setInterval(() => {}, 1000)"] },
  crashes: { env: { CRASH_AFTER: "600" } },
};

const SERVICE = {
  command: ["node", "versioned.mjs"],
  startTimeout: "10s",
  rollout: { minReady: "1s" },
  versions,
};

/** A job that fails where there is a file of that name, as soon as it is gone. */
const MIGRATE = `const { existsSync } = require("node:fs");
if (existsSync("fail")) setInterval(() => existsSync("fail") || process.exit(1), 20);`;

interface Deployed {
  readonly service: string;
  readonly deployment: DeploymentStatus | null;
}

const web = ({ services }: TwinStatus) => services.find(({ name }) => name === "web") as ServiceStatus;

describe.skipIf(linuxOnly.skipped)(`deployments${linuxOnly.why}`, { timeout: 60_000 }, () => {
  let project: Project;
  let endpoint: string;
  let client: ControlClient;

  beforeAll(async () => {
    project = new Project();
    project.write("versioned.mjs", VERSIONED);
    writeArchitecture(project, { services: { web: SERVICE, migrate: job("node", "-e", MIGRATE) } });
    endpoint = (await project.up()).endpoint as string;
    client = new ControlClient(runningRecord(project.state(TWIN)) as SupervisorRecord);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const answer = async () => (await fetch(endpoint)).text();

  it("`deploy` rolls to another version without a failed request, and tells how it goes", async () => {
    await using traffic = new SteadyTraffic(endpoint);
    const outcome = await project.run(["deploy", "web", "--version", "v2"]);
    expect(outcome.stdout).toMatch(/^web runs v2: 2 of 2 replaced in \d+(\.\d)? s\n$/);
    expect(outcome.stderr).toMatch(/web +deployment 1 begins: v2 in place of current/);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
    expect(await answer()).toBe("two");

    const status = web(await client.status());
    expect(status).toMatchObject({ version: "v2", imageTag: "latest", healthy: 2, outdated: 0 });
    expect(status.deployment).toMatchObject({ state: "COMPLETED", from: "current", replaced: 2, failed: 0 });
    const { variables } = await project.json<{ variables: object }>(["exec", "web"]);
    expect(variables).toMatchObject({ GREETING: "two" });
  });

  it("`deploy` says that a version runs already, and which ones there are", async () => {
    const again = await project.run(["deploy", "web", "--version", "v2"]);
    expect([again.code, again.stdout]).toEqual([
      0,
      "web runs v2 already. `plumbline restart web` replaces its replicas.\n",
    ]);
    await expect(client.deploy("web", { version: "v3" })).rejects.toMatchObject({
      code: "VERSION_UNKNOWN",
      remedy: expect.stringContaining("There are: current, v2, exits, deaf, crashes."),
    });
    await expect(client.deploy("web", { version: "v2", definition: {} })).rejects.toMatchObject({
      code: "VERSION_TAKEN",
    });
    await expect(client.deploy("api", { version: "v2" })).rejects.toMatchObject({
      code: "SERVICE_NOT_FOUND",
    });
    expect(await project.failure(["deploy", "web"])).toMatchObject({ code: "DEPLOYMENT_EMPTY" });
  });

  it.each([
    ["exits", [], /[34] new replicas failed, of 3 that the circuit breaker .*code 1/s, "no such table"],
    [
      "deaf",
      ["--timeout", "2s"],
      /it was not completed within 2 s. web-\d+ is not healthy/,
      "listens to nobody",
    ],
    ["crashes", [], /[34] new replicas failed, of 3 that the circuit breaker .*code 3/s, "out of luck"],
  ])("a version that %s is rolled back without a failed request", async (version, options, why, said) => {
    await using traffic = new SteadyTraffic(endpoint);
    const { code, message } = await project.failure(["deploy", "web", "--version", version, ...options]);
    expect(code).toBe("DEPLOYMENT_ROLLED_BACK");
    expect(message).toContain(`${version} did not succeed, and web runs v2 again: `);
    expect(message).toMatch(why);
    expect(message).toContain(said);
    await traffic.end();
    // Whoever crashes takes what it is answering with it.
    expect(traffic.failures.length).toBeLessThanOrEqual(version === "crashes" ? 4 : 0);
    expect(traffic.answered).toBeGreaterThan(10);

    const status = web(await client.status());
    expect(status).toMatchObject({ version: "v2", healthy: 2, trouble: null });
    expect(status.deployment).toMatchObject({ state: "FAILED", rolledBack: true, to: version });
    expect(await answer()).toBe("two");
  });

  it("with --no-rollback leaves it at that, and goes on from there", async () => {
    const failed = await project.failure(["deploy", "web", "--version", "exits", "--no-rollback"]);
    expect(failed).toMatchObject({ code: "DEPLOYMENT_FAILED" });
    expect(await answer()).toBe("two");
    await project.json<Deployed>(["deploy", "web", "--version", "v2"]);
    expect(web(await client.status())).toMatchObject({ version: "v2", healthy: 2, outdated: 0 });
  });

  it("nothing rolls where a job fails, and nothing else changes while one is under way", async () => {
    project.write("fail", "");
    const before = web(await client.status()).replicas.map(({ pid }) => pid);
    const deploying = project.start(["deploy", "web", "--version", "current", "--json"]);
    await eventually(
      "it is under way",
      async () => web(await client.status()).deployment?.phase === "running jobs",
    );
    const refused = { code: "DEPLOYMENT_UNDER_WAY" };
    expect(await project.failure(["up"])).toMatchObject(refused);
    await expect(client.restart("web")).rejects.toMatchObject(refused);
    await expect(client.deploy("web", { version: "exits" })).rejects.toMatchObject(refused);
    rmSync(join(project.folder, "fail"));
    const { error } = lastLine<{ error: { code: string; message: string } }>(await deploying.ended);
    expect(error.code).toBe("DEPLOYMENT_FAILED");
    expect(error.message).toContain("The job migrate ended with code 1");
    expect(web(await client.status()).replicas.map(({ pid }) => pid)).toEqual(before);
  });

  it("the version that runs survives `up`, which rolls to what is new in it", async () => {
    const changed = { ...versions, v2: { env: { GREETING: "two and a half" } } };
    writeArchitecture(project, { services: { web: { ...SERVICE, versions: changed } } });
    await project.run(["up"]);
    expect(await answer()).toBe("two and a half");
    const back = ["deploy", "web", "--version", "current", "--image-tag", "1.4.2"];
    const { deployment } = await project.json<Deployed>(back);
    expect(deployment).toMatchObject({ state: "COMPLETED", from: "v2", to: "current:1.4.2" });
    expect(web(await client.status())).toMatchObject({ version: "current", imageTag: "1.4.2" });
    expect(await answer()).toBe("one");
  });
});
