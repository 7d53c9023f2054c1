import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "#twin/control-api/client.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import type { ReplicaStatus, TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { aTwin } from "../support/needs.ts";
import { environmentOf } from "../support/processes.ts";
import { Project } from "../support/project.ts";
import { postTransaction } from "../support/traffic.ts";
import { replicasOf, untilStatus } from "../support/twin-view.ts";

/** Two instances at least: with fewer allowed, an idle group would scale in meanwhile. */
const NAME = "autoscaling-group-staging";
const WORKERS = 4;
/** The unit's, of the document's architecture. */
const RESTART_DELAY_MS = 5000;

function childrenOf(pid: number): number[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return pids === "" ? [] : pids.split(" ").map(Number);
}

const replica = (status: TwinStatus, id: string): ReplicaStatus | undefined =>
  replicasOf(status).find((each) => each.id === id);

describe.skipIf(aTwin.skipped)(`autoscaling-group${aTwin.why}`, () => {
  let project: Project;
  let client: ControlClient;
  let up: TwinStatus;
  const warnings: { part: string; message: string; at: number }[] = [];
  const ending = new AbortController();

  beforeAll(async () => {
    project = new Project();
    up = await project.up("autoscaling-group", "--environment", "staging");
    client = new ControlClient(runningRecord(project.state(NAME))!);
    const listen = async () => {
      for await (const { part, message, level, time } of client.events(ending.signal))
        if (level === "warning") warnings.push({ part, message, at: Date.parse(time) });
    };
    listen().catch(() => {});
  });
  afterAll(async () => {
    ending.abort();
    await project[Symbol.asyncDispose]();
  });

  const said = (part: string, what: RegExp) =>
    warnings.find((each) => each.part === part && what.test(each.message));
  const pidOf = async (id: string) => replica(await client.status(), id)?.pid as number;

  it("runs four workers on each instance, with what the unit hands over and nothing else", async () => {
    for (const { id, pid } of replicasOf(up)) {
      const declared = await client.environment(id);
      const workers = childrenOf(pid as number);
      expect(workers).toHaveLength(WORKERS);
      const { NODE_COMPILE_CACHE: _faster, "": _end, ...environment } = environmentOf(pid as number);
      expect(environment).toMatchObject({ WORKERS: String(WORKERS), HOME: "/", LANG: "C.UTF-8" });
      expect(Object.keys(environment).toSorted()).toEqual(
        [...Object.keys(declared?.variables ?? {}), "HOME", "LANG", "PATH"].toSorted(),
      );
      // The project's PATH bears a mark, which a unit does not get.
      expect(environment["PATH"]).toMatch(
        /\/bin:\/usr\/local\/sbin:\/usr\/local\/bin:\/usr\/sbin:\/usr\/bin:\/sbin:\/bin$/,
      );
    }
    expect((await postTransaction(up.endpoint as string)).outcome).toBeDefined();
    expect(up.substitutes.find(({ part }) => part === "services.api")?.runs).toContain("systemd unit");
  });

  it("replaces a worker that is killed, on the same instance, while the others serve", async () => {
    const pid = await pidOf("api-1");
    const before = childrenOf(pid);
    process.kill(before[0] as number, "SIGKILL");
    await eventually("the worker is gone", () => !childrenOf(pid).includes(before[0] as number));
    const { address } = replica(up, "api-1")!;
    for (let asked = 0; asked < 20; asked++)
      expect((await fetch(`http://${address}/health`, { headers: { connection: "close" } })).status).toBe(
        200,
      );
    await eventually("there are four again", () => childrenOf(pid).length === WORKERS);
    expect(await pidOf("api-1")).toBe(pid);
    expect(said("api-1", /main process|its unit/)).toBeUndefined();
  });

  it("starts the service again in place after RestartSec, and the group replaces what hangs", async () => {
    const frozen = performance.now();
    await client.inject({ part: "api-2", how: "hang" });
    const { pid, address } = replica(up, "api-1")!;
    const killed = Date.now();
    await client.inject({ part: "api-1", how: "kill" });

    // The target group takes both out at once, and neither is replaced yet: the unit has its turn first.
    const restarted = await untilStatus(
      project,
      NAME,
      "the unit has started its service again",
      (status) => {
        const now = replica(status, "api-1");
        return now?.state === "healthy" && now.pid !== null && now.pid !== pid;
      },
      90_000,
    );
    expect(said("api-1", /main process ended by SIGKILL; its unit starts it again in 5 s/)).toBeDefined();
    expect(replica(restarted, "api-1")?.address).toBe(address);
    const startedAt = Date.parse(replica(restarted, "api-1")?.startedAt as string);
    expect(startedAt - killed).toBeGreaterThanOrEqual(RESTART_DELAY_MS);

    // Nobody starts what hangs again: its health check finds out, and the group replaces the instance.
    const isReplaced = (status: TwinStatus) =>
      replica(status, "api-2")?.state !== "healthy" &&
      replicasOf(status).some(({ id, state }) => id !== "api-1" && id !== "api-2" && state === "healthy");
    await untilStatus(project, NAME, "the instance that hangs is replaced", isReplaced, 60_000);
    console.log(`the group replaced a frozen instance within ${Math.round(performance.now() - frozen)} ms`);
    expect(said("api-2", /is unhealthy/)).toBeDefined();
    expect(said("api-2", /its unit starts it again/)).toBeUndefined();
    expect(replica(await client.status(), "api-1")?.address).toBe(address);
  }, 180_000);

  it("keeps the jobs before a start, and leaves nothing behind", async () => {
    const log = readFileSync(`${project.state(NAME).logs}/api-1.log`, "utf8");
    // Once when the instance began, once when the unit started it again.
    expect(log.match(/"msg":"nothing to apply"/g)).toHaveLength(2);
    const pids = replicasOf(await client.status()).flatMap(({ pid }) =>
      pid === null ? [] : [pid, ...childrenOf(pid)],
    );
    await project.run(["down"]);
    await eventually("all workers have ended", () => pids.every((each) => !isThere(each)));
  });
});

function isThere(pid: number): boolean {
  try {
    // A zombie has ended.
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
