import { readdirSync, readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runningRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { TwinStatus } from "#twin/status.ts";
import { lastLine } from "../support/command-line.ts";
import { eventually } from "../support/eventually.ts";
import { aTwin } from "../support/needs.ts";
import { listeningHosts } from "../support/listening.ts";
import { environmentOf } from "../support/processes.ts";
import { Project } from "../support/project.ts";
import { isKnown, postTransaction } from "../support/traffic.ts";
import { database, nodeOf, replicasOf } from "../support/twin-view.ts";

const NAME = "fargate-production";

describe.skipIf(aTwin.skipped)(`fargate in production${aTwin.why}`, () => {
  let project: Project;
  let up: TwinStatus;
  const argumentsSeen = new Set<string>();

  beforeAll(async () => {
    project = new Project();
    const starting = project.start(["up", "fargate", "--environment", "production", "--detach", "--json"]);
    let over = false;
    void starting.ended.finally(() => (over = true));
    await eventually(
      "the twin is up",
      () => {
        for (const { command } of project.processes()) argumentsSeen.add(command);
        return over;
      },
      45_000,
    );
    const outcome = await starting.ended;
    if (outcome.code !== 0) throw new Error(`${outcome.stdout}${outcome.stderr}`);
    up = lastLine<TwinStatus>(outcome);
  });

  afterAll(() => project[Symbol.asyncDispose]());

  it("says where it is reached and controlled, and that it runs", () => {
    expect(up).toMatchObject({ schemaVersion: 1, name: NAME, environment: "production", phase: "running" });
    expect(up.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(up.control).toMatch(/^http:\/\/127\.\d+\.0\.1:7350$/);
  });

  it("has a replica in each zone, at an address of the zone's private subnet", () => {
    const replicas = replicasOf(up);
    expect(replicas.map(({ zone, state }) => [zone, state])).toEqual([
      ["us-east-1a", "healthy"],
      ["us-east-1b", "healthy"],
    ]);
    expect(replicas[0]?.address).toMatch(/^127\.\d+\.11\.\d+:8000$/);
    expect(replicas[1]?.address).toMatch(/^127\.\d+\.12\.\d+:8000$/);
  });

  it("has PostgreSQL's primary and standby in two zones, and every acknowledged write on both", () => {
    expect(database(up)).toMatchObject({ kind: "postgresql", protected: true });
    expect(nodeOf(up, "primary")).toMatchObject({ zone: "us-east-1a", state: "running" });
    expect(nodeOf(up, "standby")).toMatchObject({ zone: "us-east-1b", state: "in sync" });
  });

  it("decides the architecture's own example, and finds the decision again", async () => {
    const endpoint = up.endpoint as string;
    const { id, outcome } = await postTransaction(endpoint);
    expect(outcome).toBe("approve");
    expect(await isKnown(endpoint, id)).toBe(true);
  });

  it("shows zones, substitutes, addresses, processes and how long it has been up", async () => {
    const status = await project.status(NAME);
    expect(status.zones).toMatchObject([
      {
        name: "us-east-1a",
        subnets: { private: "10.0.11.0/24" },
        replicas: 1,
        forwarder: { state: "running" },
      },
      {
        name: "us-east-1b",
        subnets: { private: "10.0.12.0/24" },
        replicas: 1,
        forwarder: { state: "running" },
      },
    ]);
    expect(status.substitutes.map(({ part }) => part)).toContain("stores.database");
    expect(status.substitutes.every(({ declared, runs, reason }) => declared && runs && reason)).toBe(true);
    expect(status.uptimeSeconds).toBeGreaterThanOrEqual(up.uptimeSeconds);
    const pids = [
      status.supervisor.pid,
      status.loadBalancer.pid,
      ...status.zones.map(({ forwarder }) => forwarder.pid),
      ...replicasOf(status).map(({ pid }) => pid),
      ...database(status).nodes.map(({ pid }) => pid),
    ];
    expect(new Set(pids).size).toBe(8);
    const running = project.processes().map(({ pid }) => pid);
    expect(running).toEqual(expect.arrayContaining(pids));
  });

  it("shows the same to people, and what a part has written", async () => {
    const { stdout } = await project.run(["status"]);
    expect(stdout).toMatch(/^fargate \(production\) is running {2}up \d+s/);
    expect(stdout).toContain("in two zones");
    const logs = await project.json<{ logs: { part: string; lines: string[] }[] }>(["logs", "api"]);
    expect(logs.logs.map(({ part }) => part)).toEqual(["api-1", "api-2"]);
    expect(logs.logs[0]?.lines.join("\n")).toContain("Server listening");
  });

  it("is listed as up", async () => {
    const { twins } = await project.json<{ twins: { name: string; state: string }[] }>(["list"]);
    expect(twins).toMatchObject([{ name: NAME, state: "up" }]);
  });

  describe("its control API", () => {
    let record: SupervisorRecord;
    beforeAll(() => {
      record = runningRecord(project.state(NAME)) as SupervisorRecord;
    });

    function ask(headers: Record<string, string>, path = "/v1/status"): Promise<number> {
      return new Promise((resolve, reject) => {
        const outgoing = request(new URL(path, record.control), { headers, agent: false }, (response) => {
          response.resume().on("end", () => resolve(response.statusCode ?? 0));
        });
        outgoing.on("error", reject).end();
      });
    }

    it("answers to the token alone", async () => {
      const token = { authorization: `Bearer ${record.token}` };
      expect(await ask(token)).toBe(200);
      expect(await ask({})).toBe(401);
      expect(await ask({ authorization: "Bearer guess" })).toBe(401);
      expect(await ask({ authorization: record.token })).toBe(401);
      expect(await ask(token, "/v1/nothing")).toBe(404);
    });

    it("turns away pages of other origins and names that were bound to our address", async () => {
      const token = { authorization: `Bearer ${record.token}` };
      const { host } = new URL(record.control);
      expect(await ask({ ...token, origin: "http://evil.example" })).toBe(403);
      expect(await ask({ ...token, origin: "null" })).toBe(403);
      expect(await ask({ ...token, host: "evil.example" })).toBe(421);
      expect(await ask({ ...token, host: "evil.example:7350" })).toBe(421);
      expect(await ask({ ...token, origin: `http://${host}` })).toBe(200);
    });

    it("listens on loopback only, as everything of the twin does", () => {
      const pids = new Set(project.processes().map(({ pid }) => pid));
      const listening = listeningHosts(pids);
      expect(listening.length).toBeGreaterThan(8);
      expect(listening.filter((host) => !host.startsWith("127."))).toEqual([]);
    });
  });

  it("keeps what opens it to its owner", () => {
    const state = project.state(NAME);
    for (const file of [state.supervisor, state.secrets, state.journal, state.lock])
      expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
  });

  it("shows no password in any program's arguments or log", () => {
    const state = project.state(NAME);
    const secrets = Object.values(JSON.parse(readFileSync(state.secrets, "utf8")) as Record<string, string>);
    secrets.push((runningRecord(state) as SupervisorRecord).token);
    expect(secrets).toHaveLength(6);
    const url = environmentOf(replicasOf(up)[0]?.pid as number)["DATABASE_URL"] as string;
    expect(secrets).toContain(new URL(url).password);

    for (const { command } of project.processes()) argumentsSeen.add(command);
    const logs = readdirSync(state.logs).map((name) => readFileSync(join(state.logs, name), "utf8"));
    for (const secret of secrets) {
      expect([...argumentsSeen].filter((command) => command.includes(secret))).toEqual([]);
      expect(logs.filter((log) => log.includes(secret))).toEqual([]);
    }
    // So that the test above cannot pass by having seen nothing.
    expect([...argumentsSeen].some((command) => command.includes("initdb"))).toBe(true);
  });

  it("finds nothing to change by a second `up` of the same name", async () => {
    const again = await project.json<TwinStatus>(["up", "fargate", "-e", "production"]);
    expect(again.change).toMatchObject({ state: "applied", changes: [] });
    expect(replicasOf(again)).toEqual(replicasOf(await project.status(NAME)));
  });
});
