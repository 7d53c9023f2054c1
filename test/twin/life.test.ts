import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "#twin/control-api/client.ts";
import { identify, type ProcessIdentity } from "#twin/state/process-identity.ts";
import { runningRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { TwinStatus } from "#twin/status.ts";
import { lastLine } from "../support/command-line.ts";
import { eventually } from "../support/eventually.ts";
import { aTwin, linuxOnly } from "../support/needs.ts";
import { WITH_DATABASE, writeArchitecture } from "../support/own-architecture.ts";
import { type Failure, Project } from "../support/project.ts";
import { database } from "../support/twin-view.ts";

interface Ended {
  readonly wasRunning: boolean;
  readonly endedLeftovers: number;
  readonly purged: boolean;
}

const NAME = "own-development";

describe.skipIf(aTwin.skipped)(`the life of a twin with data${aTwin.why}`, () => {
  let project: Project;
  let addresses: string;

  beforeAll(() => {
    project = new Project();
    writeArchitecture(project, WITH_DATABASE);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  /** What the database answers at its writer endpoint: the first value of the first row. */
  async function sql(text: string): Promise<unknown> {
    const control = new ControlClient(runningRecord(project.state(NAME)) as SupervisorRecord);
    const writer = (await control.connections()).find(({ name }) => name === "database")?.writer;
    const client = new pg.Client({ connectionString: writer });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(text);
      return Object.values(rows[0] ?? {})[0];
    } finally {
      await client.end();
    }
  }

  it("leaves no process when it is down", async () => {
    const up = await project.up();
    addresses = addressesOf(up);
    await sql("CREATE TABLE kept AS SELECT 4711 AS number");
    expect(await project.json<Ended>(["down"])).toMatchObject({
      wasRunning: true,
      endedLeftovers: 0,
      purged: false,
    });
    await project.empty(0);
    expect(await project.failure(["status"])).toMatchObject({ code: "TWIN_DOWN", exit: 1 });
  });

  it("has its data and its addresses when it comes up again", async () => {
    const up = await project.up();
    expect(up.phase).toBe("running");
    expect(addressesOf(up)).toBe(addresses);
    expect(await sql("SELECT number FROM kept")).toBe(4711);
  });

  it("says what is left when its supervisor was killed, and comes up with its data", async () => {
    const { supervisor } = await project.status(NAME);
    process.kill(supervisor.pid, "SIGKILL");
    const { message, remedy } = await eventually("the supervisor is gone", async () => {
      const failure = await project.failure(["status"]);
      return failure.code === "TWIN_DOWN" ? failure : undefined;
    });
    expect(message).toMatch(/was killed, and \d+ of its processes still run/);
    expect(remedy).toContain(`plumbline down ${NAME}`);

    const up = await project.up();
    expect(up.phase).toBe("running");
    expect(await sql("SELECT number FROM kept")).toBe(4711);
    expect(project.processes().filter(({ command }) => /postgres .*-D/.test(command))).toHaveLength(2);
  });

  it("forgets its data with --purge", async () => {
    expect(await project.json<Ended>(["down", "--purge"])).toMatchObject({ wasRunning: true, purged: true });
    await project.empty(0);
    expect(existsSync(project.state(NAME).root)).toBe(false);
    await project.up();
    await expect(sql("SELECT number FROM kept")).rejects.toThrow('relation "kept" does not exist');
    await project.json(["down", "--purge"]);
  });
});

// Each has a twin of its own, and they wait more than they work.
describe.skipIf(linuxOnly.skipped).concurrent(`the end of a twin${linuxOnly.why}`, () => {
  it("takes what services have started with it, even after its supervisor was killed", async () => {
    await using project = new Project();
    writeArchitecture(project);
    await project.up();
    expect(project.processes().filter(({ command }) => command === "sleep 300")).toHaveLength(2);
    await project.json(["down"]);
    await project.empty(0);

    const { supervisor } = await project.up();
    process.kill(supervisor.pid, "SIGKILL");
    await eventually("the supervisor is gone", () => identify(supervisor.pid) === null);
    const down = await project.json<Ended>(["down"]);
    expect(down).toMatchObject({ wasRunning: false });
    expect(down.endedLeftovers).toBeGreaterThanOrEqual(2);
    await project.empty(0);
  });

  it("spares a stranger that has got the number of one of its processes", async () => {
    await using project = new Project();
    writeArchitecture(project);
    const { supervisor } = await project.up();
    process.kill(supervisor.pid, "SIGKILL");
    await eventually("the supervisor is gone", () => identify(supervisor.pid) === null);
    using stranger = startStranger();
    const { journal } = project.state(NAME);
    const written = JSON.parse(readFileSync(journal, "utf8")) as { processes: object[] };
    const [, boot] = (identify(process.pid) as ProcessIdentity).startedAt.split("@");
    written.processes.push({ pid: stranger.child.pid, startedAt: `1@${boot}`, role: "web-9" });
    writeFileSync(journal, JSON.stringify(written));

    await project.json(["down"]);
    await project.empty(0);
    expect(identify(stranger.child.pid as number)).not.toBeNull();
  });

  it("is forced where its supervisor hangs", async () => {
    await using project = new Project();
    writeArchitecture(project);
    const { supervisor } = await project.up();
    process.kill(supervisor.pid, "SIGSTOP");
    expect(await project.failure(["status"])).toMatchObject({ code: "SUPERVISOR_SILENT" });
    await project.json(["down"]);
    await project.empty(0);
  });

  it("is not disturbed by a second `up` that began at the same time", async () => {
    await using project = new Project();
    writeArchitecture(project);
    const outcomes = await Promise.all([1, 2, 3].map(() => project.run(["up", "--detach", "--json"])));
    for (const outcome of outcomes.filter(({ code }) => code === 1))
      expect(lastLine<Failure>(outcome).error.code).toBe("TWIN_RUNNING");
    // One that comes when the twin is up already finds nothing to change.
    const up = outcomes.filter(({ code }) => code === 0).map((outcome) => lastLine<TwinStatus>(outcome));
    expect(new Set(up.map(({ supervisor }) => supervisor.pid)).size).toBe(1);
    expect(up.filter(({ change }) => change === null)).toHaveLength(1);
    const { name, phase } = await project.json<TwinStatus>(["status"]);
    expect({ name, phase }).toEqual({ name: NAME, phase: "running" });
    await project.json(["down"]);
    await project.empty(0);
  });
});

function addressesOf(status: TwinStatus): string {
  return JSON.stringify([status.control, database(status).writer]);
}

/** A program of somebody else, which ends with the test. */
function startStranger(): { readonly child: ChildProcess } & Disposable {
  const child = spawn("sleep", ["300"], { stdio: "ignore", detached: true });
  return { child, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}
