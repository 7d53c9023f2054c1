import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ServiceStatus, TwinStatus } from "#twin/status.ts";
import { lastLine, type Running } from "../support/command-line.ts";
import { eventually, whileRunning } from "../support/eventually.ts";
import { linuxOnly } from "../support/needs.ts";
import { job, service, writeArchitecture } from "../support/own-architecture.ts";
import { type Failure, Project } from "../support/project.ts";
import { SteadyTraffic } from "../support/steady-traffic.ts";

const TWIN = "own-development";

const web = ({ services }: TwinStatus) => services.find(({ name }) => name === "web") as ServiceStatus;
const pids = (status: TwinStatus) => web(status).replicas.map(({ pid }) => pid);
const changed = ({ change }: TwinStatus) => change?.changes.map(({ effect, path }) => `${effect} ${path}`);

describe.skipIf(linuxOnly.skipped)(`the daily loop${linuxOnly.why}`, () => {
  let project: Project;
  let before: TwinStatus;

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project);
    before = await project.up();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const apply = async (change: unknown) => {
    writeArchitecture(project, change);
    return project.json<TwinStatus>(["up"]);
  };

  it("`restart` replaces every replica without an outage, and tells how it goes", async () => {
    await using traffic = new SteadyTraffic(before.endpoint as string);
    const outcome = await project.run(["restart", "web"]);
    expect(outcome.stdout).toMatch(/^2 of 2 replaced in \d+\.\d s\n$/);
    expect(outcome.stderr).toMatch(/web +rolls: 2 replicas are replaced/);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
    expect(traffic.answered).toBeGreaterThan(10);

    const status = await project.status(TWIN);
    expect(web(status)).toMatchObject({ healthy: 2, outdated: 0, trouble: null });
    expect(new Set(web(status).replicas.map(({ zone }) => zone)).size).toBe(2);
    expect(pids(status).some((pid) => pids(before).includes(pid))).toBe(false);
    expect(await project.json(["restart", "web"])).toMatchObject({
      service: "web",
      replicas: 2,
      replaced: 2,
    });
  });

  it("`restart` refuses what is no service, with the names there are", async () => {
    const failure = await project.failure(["restart", "wbe"]);
    expect(failure).toMatchObject({ code: "SERVICE_NOT_FOUND", exit: 1, remedy: "There are: web." });
  });

  it("`up` says that nothing has changed", async () => {
    const outcome = await project.run(["up"]);
    expect([outcome.code, outcome.stdout]).toEqual([
      0,
      "own (development) runs already as own-development.\nNothing has changed.\n",
    ]);
  });

  it("`up` applies what has changed: it scales, rolls, adds and routes without an outage", async () => {
    await using traffic = new SteadyTraffic(before.endpoint as string);
    const other = service({ replicas: { min: 1, desired: 1, max: 2 } });
    const status = await apply({
      entry: { loadBalancer: { routes: [{ path: "/other", to: "other" }, { to: "web" }] } },
      services: { web: { env: { GREETING: "hello" }, replicas: { desired: 3 } }, other },
      stores: { uploads: { kind: "bucket", purpose: "uploads" } },
    });
    expect(changed(status)?.sort()).toEqual([
      "configure services.web.replicas.desired",
      "roll services.web.env.GREETING",
      "route entry.loadBalancer.routes",
      "start services.other",
      "start stores.uploads",
    ]);
    expect(status).toMatchObject({ phase: "running", change: { state: "applied", error: null } });
    expect(web(status)).toMatchObject({ desired: 3, healthy: 3 });
    const { variables } = await project.json<{ variables: object }>(["exec", "web"]);
    expect(variables).toMatchObject({ GREETING: "hello" });
    expect((await fetch(`${status.endpoint}/other`)).status).toBe(200);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
  });

  it("`restart` rolls a single replica as soon as it has no requests left", async () => {
    await using traffic = new SteadyTraffic(`${before.endpoint}/other`);
    const { seconds } = await project.json<{ seconds: number }>(["restart", "other"]);
    // The deregistration delay of 10 s is for what still has requests.
    expect(seconds).toBeLessThan(10);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
  });

  it("`up` takes away what is gone, and keeps the data of a store", async () => {
    const kept = join(project.state(TWIN).data, "uploads", "kept");
    writeFileSync(kept, "kept");
    const outcome = await (writeArchitecture(project), project.run(["up"]));
    expect(outcome.stdout).toContain("uploads stops, its data stays");
    expect(outcome.stdout).toContain("other drains and stops");
    const status = await project.status(TWIN);
    expect([status.services, status.stores].map((parts) => parts.map(({ name }) => name))).toEqual([
      ["web"],
      ["files"],
    ]);
    expect(existsSync(kept)).toBe(true);
  });

  it("`up` refuses what needs another start, before it does anything", async () => {
    const running = pids(await project.status(TWIN));
    writeArchitecture(project, {
      region: "eu-central-1",
      entry: { loadBalancer: { scheme: "internal" } },
      services: { web: { env: { A: "1" } } },
    });
    const failure = await project.failure(["up"]);
    expect(failure).toMatchObject({ code: "CHANGE_NEEDS_RESTART", exit: 1 });
    expect(failure.problems?.map(({ path }) => path)).toEqual(["region", "entry.loadBalancer.scheme"]);

    writeArchitecture(project, { services: { web: { port: 99_999 } } });
    expect(await project.failure(["up"])).toMatchObject({ code: "ARCHITECTURE_INVALID" });
    writeArchitecture(project);
    expect(await project.failure(["up", "--profile", "document"])).toMatchObject({ code: "TWIN_RUNNING" });
    expect(pids(await project.status(TWIN))).toEqual(running);
  });

  it("`up` leaves the twin as it was where a job, a new service or a listener's port fails", async () => {
    const running = await project.status(TWIN);
    await using taken = await listen();
    // All listeners of a twin move by as much as the first had to.
    const port = taken.port - (Number(new URL(running.endpoint as string).port) - 8080);
    const failing = async (change: unknown) => {
      writeArchitecture(project, change);
      return (await project.failure(["up"])).code;
    };
    expect(await failing({ services: { migrate: job("sh", "-c", "exit 3") } })).toBe("JOB_FAILED");
    const broken = service({ command: ["sh", "-c", "exit 4"] });
    expect(await failing({ services: { broken } })).toBe("SERVICE_UNHEALTHY");
    const listeners = [
      { port: 80, protocol: "http" },
      { port, protocol: "http" },
    ];
    expect(await failing({ entry: { loadBalancer: { listeners } } })).toBe("PORT_TAKEN");

    const status = await project.status(TWIN);
    expect(status).toMatchObject({ phase: "running", endpoint: running.endpoint });
    expect(status.services.map(({ name }) => name)).toEqual(["web"]);
    expect(pids(status)).toEqual(pids(running));
    expect(changed(await apply({}))).toEqual([]);
  });

  it("a roll that fails leaves the old replicas in service until it is mended", async () => {
    await using traffic = new SteadyTraffic(before.endpoint as string);
    writeArchitecture(project, { services: { web: { command: ["node", "missing.mjs"] } } });
    const failure = await project.failure(["up"]);
    expect(failure).toMatchObject({ code: "SERVICE_UNHEALTHY", exit: 1 });
    expect(failure.message).toContain("missing.mjs");
    const late = await project.failure(["wait", "--timeout", "200ms"]);
    expect(late).toMatchObject({ code: "WAIT_TIMEOUT", exit: 1 });
    expect(late.message).toContain("web (2 of 2 healthy, 2 still to be replaced; web-");
    expect((await project.run(["status"])).stdout).toMatch(
      /is partly.*\n\n  not as it should be yet\n    web  2 of 2 healthy, 2 still to be replaced  web-\d+ ended with code 1/,
    );

    const mended = await apply({});
    expect(mended).toMatchObject({ phase: "running", change: { state: "applied" } });
    await traffic.end();
    expect(traffic.failures).toEqual([]);
    expect(await project.json(["wait"])).toMatchObject({ name: TWIN, state: "healthy" });
  });

  it("a newer `up` does not wait for an older one whose replicas hang, and Ctrl-C leaves a roll going", async () => {
    writeArchitecture(project, { services: { web: { command: ["sleep", "300"], stopTimeout: "1s" } } });
    const hanging = project.start(["up", "--json"]);
    await eventually("the roll has begun", async () => web(await project.status(TWIN)).outdated === 2);
    const newer = await apply({});
    expect(newer).toMatchObject({ phase: "running", change: { state: "applied" } });
    expect(lastLine<Failure>(await hanging.ended).error.code).toBe("CHANGE_SUPERSEDED");

    const server = project.read("server.mjs");
    project.write("server.mjs", "setInterval(() => {}, 1000);\n");
    const restart = project.start(["restart", "web", "--json"]);
    await eventually("the roll has begun", async () => web(await project.status(TWIN)).outdated === 2);
    restart.child.kill("SIGINT");
    const interrupted = await restart.ended;
    expect(interrupted.code).toBe(130);
    expect(lastLine<Failure>(interrupted).error).toMatchObject({
      code: "WAIT_INTERRUPTED",
      message: "0 of 2 replicas of web are replaced, and the roll goes on.",
    });
    expect(web(await project.status(TWIN))).toMatchObject({ healthy: 2, outdated: 2 });
    project.write("server.mjs", server);
    await project.json(["restart", "web"]);
    expect(web(await project.status(TWIN))).toMatchObject({ healthy: 2, outdated: 0 });
  });

  it("the control API refuses a body that it does not understand", async () => {
    const { control, token } = JSON.parse(readFileSync(project.state(TWIN).supervisor, "utf8")) as Record<
      string,
      string
    >;
    const put = async (body: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${control}/v1/architecture`, { method: "PUT", headers, body });
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await put("{")).toEqual([400, "BODY_UNREADABLE"]);
    expect(await put('{"architecture":{}}')).toEqual([400, "BODY_UNREADABLE"]);
    const place = { environment: "development", architectureFile: "x", project: project.folder };
    expect(await put(JSON.stringify({ architecture: null, ...place }))).toEqual([
      422,
      "ARCHITECTURE_INVALID",
    ]);
  });

  it("`wait --for stopped` returns when the twin is down", async () => {
    const waiting = project.start(["wait", TWIN, "--for", "stopped", "--json"]);
    await project.json(["down"]);
    expect(lastLine(await waiting.ended)).toMatchObject({ name: TWIN, state: "stopped" });
    expect(await project.failure(["wait", "--timeout", "100ms"])).toMatchObject({ code: "WAIT_TIMEOUT" });
    await project.empty(0);
  });
});

describe.skipIf(linuxOnly.skipped)(`\`up --watch\`${linuxOnly.why}`, () => {
  it("rolls what has other program files, applies other architectures, prints what is wrong, and ends by Ctrl-C", async () => {
    await using project = new Project();
    writeArchitecture(project);
    const up = project.start(["up", "--watch"]);
    const said = async (what: string) => whileRunning(up, what, () => up.printed().includes(what), 30_000);
    await said("Watching its files.");
    const first = pids(await project.status(TWIN));

    project.write("server.mjs", `${project.read("server.mjs")}// changed\n`);
    await said("its program files have changed");
    await said("Applied in");
    const second = await project.status(TWIN);
    expect(pids(second).some((pid) => first.includes(pid))).toBe(false);

    const architecture = project.read("architecture.mjs");
    project.write("architecture.mjs", "export default {");
    await whileRunning(up, "the error", () => up.said().includes("ARCHITECTURE_UNREADABLE"), 30_000);
    project.write("architecture.mjs", architecture.replace('"desired":2', '"desired":3'));
    await said("services.web.replicas.desired");
    const third = await eventually("three replicas", async () => {
      const status = await project.status(TWIN);
      return web(status).healthy === 3 ? status : undefined;
    });
    expect(pids(third)).toEqual(expect.arrayContaining(pids(second)));

    await attached(project, up);
    up.child.kill("SIGINT");
    expect((await up.ended).code).toBe(0);
    await project.empty(0);
  });
});

/** A second `up --watch` on the same twin: its Ctrl-C ends the watching only. */
async function attached(project: Project, first: Running): Promise<void> {
  const second = project.start(["up", "--watch"]);
  await whileRunning(second, "it watches", () => second.printed().includes("the twin goes on"), 30_000);
  second.child.kill("SIGINT");
  const { code, stderr } = await second.ended;
  expect([code, stderr]).toEqual([0, expect.stringContaining("own-development goes on")]);
  expect(first.child.exitCode).toBeNull();
}

/** Another program that listens. */
async function listen(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}
