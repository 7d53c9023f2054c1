import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lastLine } from "../support/command-line.ts";
import { aTwin, linuxOnly } from "../support/needs.ts";
import { job, writeArchitecture } from "../support/own-architecture.ts";
import { type Failure, Project } from "../support/project.ts";

describe.skipIf(linuxOnly.skipped)(`a port that another program has${linuxOnly.why}`, () => {
  it("is refused where the user asked for it", async () => {
    await using project = new Project();
    await using other = await listen(0);
    writeArchitecture(project);
    const failure = await project.failure(["up", "--port", String(other.port)]);
    expect(failure).toMatchObject({ code: "PORT_TAKEN", exit: 1 });
    expect(failure.message).toContain(String(other.port));
    expect(failure.remedy).toContain("--port");
    await project.empty(0);
    expect(await project.failure(["status"])).toMatchObject({ code: "TWIN_DOWN" });
  });

  it("is passed over where the choice is ours", async () => {
    await using project = new Project();
    await using other = await listen(8080);
    expect(other.port).toBe(8080);
    writeArchitecture(project);
    const { endpoint } = await project.up();
    expect(Number(new URL(endpoint as string).port)).toBeGreaterThan(8080);
    expect(await (await fetch(endpoint as string)).text()).toBe("well\n");
    await project.json(["down"]);
    await project.empty(0);
  });

  it("can be chosen", async () => {
    await using project = new Project();
    const port = await freePort();
    writeArchitecture(project);
    expect((await project.up("--port", String(port))).endpoint).toBe(`http://127.0.0.1:${port}`);
    await project.json(["down"]);
  });
});

// Each has a project of its own, and waits more than it works.
describe.skipIf(linuxOnly.skipped).concurrent(`a program that does not do its part${linuxOnly.why}`, () => {
  it("a job that fails is named, with the end of its output", async () => {
    await using project = new Project();
    const command = "echo one; echo the table is missing >&2; sleep 300 & exit 3";
    writeArchitecture(project, { services: { migrate: job("sh", "-c", command) } });
    const failure = await project.failure(["up"]);
    expect(failure).toMatchObject({ code: "JOB_FAILED", exit: 1 });
    expect(failure.message).toBe("The job migrate ended with code 3.\n  | one\n  | the table is missing");
    await project.empty(0);
  });

  it("a job leaves nothing behind that it has started", async () => {
    await using project = new Project();
    writeArchitecture(project, { services: { migrate: job("sh", "-c", "sleep 301 & exit 0") } });
    await project.up();
    expect(project.processes().filter(({ command }) => command === "sleep 301")).toEqual([]);
    await project.json(["down"]);
  });

  it.each([
    ["whose command does not exist", { command: ["no-such-program"] }, /could not be started: .*ENOENT/],
    [
      "that ends at once",
      { command: ["sh", "-c", "echo no such setting; exit 4"] },
      /code 4\..*\n {2}\| no such/,
    ],
    [
      "that never passes its health check",
      {
        command: ["sh", "-c", "echo I listen to nobody; exec sleep 300"],
        startTimeout: "1s",
        stopTimeout: "1s",
      },
      /does not pass its health check\..*\n {2}\| I listen to nobody/,
    ],
  ])("a service %s is named, with what it said", async (_, service, words) => {
    await using project = new Project();
    writeArchitecture(project, { services: { web: service } });
    const failure = await project.failure(["up"]);
    expect(failure).toMatchObject({ code: "SERVICE_UNHEALTHY", exit: 1 });
    expect(failure.message).toMatch(/^The service web failed 3 times in a row: web-\d /);
    expect(failure.message).toMatch(words);
    await project.empty(0);
  });
});

describe.skipIf(aTwin.skipped)(`missing programs${aTwin.why}`, () => {
  it("are named, and nothing is left", async () => {
    await using project = new Project();
    const folder = join(project.folder, "empty");
    mkdirSync(folder);
    const env = { PLUMBLINE_POSTGRESQL_15: folder };
    const outcome = await project.run(["up", "fargate", "--json"], env);
    const { error } = lastLine<Failure>(outcome);
    expect([outcome.code, error.code]).toEqual([1, "STORE_PROGRAM_UNUSABLE"]);
    expect(error.message).toContain(folder);
    expect(error.remedy).toContain("PLUMBLINE_POSTGRESQL_15");
    await project.empty(0);

    const doctor = await project.run(["doctor", "--json"], env);
    expect(doctor.code).toBe(1);
    expect(lastLine<{ healthy: boolean; findings: object[] }>(doctor)).toMatchObject({ healthy: false });
    expect((await project.json<{ healthy: boolean }>(["doctor"])).healthy).toBe(true);
  });
});

describe("a store whose program cannot be used", () => {
  it("is refused before anything is started", async () => {
    await using project = new Project();
    const env = { PLUMBLINE_MARIADB: project.folder };
    const failure = await project.failure(["up", "three-tier"], env);
    expect(failure).toMatchObject({ code: "STORE_PROGRAM_UNUSABLE", exit: 1 });
    expect(failure.remedy).toContain("PLUMBLINE_MARIADB");
    await project.empty(0);
  });
});

/** Another program that listens; where somebody else listens there already, that one will do. */
async function listen(port: number): Promise<{ readonly port: number } & AsyncDisposable> {
  const server: Server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve() : reject(error),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: address !== null && typeof address === "object" ? address.port : port,
    [Symbol.asyncDispose]: async () => void (address === null ? undefined : server.close()),
  };
}

async function freePort(): Promise<number> {
  await using server = await listen(0);
  return server.port;
}
