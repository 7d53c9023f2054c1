import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { linux, needs } from "../testing.ts";
import { query } from "./connection.ts";
import { Monitor } from "./monitor.ts";
import type { Server } from "./server.ts";
import { postgresql, removeTemplate, Workshop } from "./testing.ts";

const { skipped, why } = needs(postgresql, linux);

describe.skipIf(skipped)(`a server that is frozen${why}`, () => {
  let workshop: Workshop;
  let server: Server;
  const children: number[] = [];

  beforeEach(async () => {
    workshop = new Workshop();
    await workshop.data("a");
    server = await workshop.start("a");
    children.length = 0;
  });
  afterEach(() => workshop[Symbol.asyncDispose]());
  afterAll(removeTemplate);

  const freeze = () => server.freeze((pids) => children.push(...pids));
  const states = () => [server.pid, ...children].map(stateOf);

  it("stops with all of its processes, which are told beforehand, and goes on with all of them", async () => {
    freeze();
    expect(children.length).toBeGreaterThan(3);
    await expect.poll(() => new Set(states())).toEqual(new Set(["T"]));
    server.thaw();
    await expect.poll(states).not.toContain("T");
    await query(workshop.access(server), 10_000, "SELECT 1");
  });

  it("leaves no process when it is killed", async () => {
    freeze();
    await server.kill();
    expect(new Set(states())).toEqual(new Set([null]));
    // The numbers may be others' by now.
    server.thaw();
  });

  it("is said not to answer in time, and then answers the question that it was asked", async () => {
    const monitor = new Monitor(workshop.access(server));
    expect(await monitor.look(10_000)).toEqual({ ok: true, role: "primary", streaming: [] });
    const session = await backends();
    freeze();
    for (let look = 1; look <= 3; look++)
      expect(await monitor.look(20)).toEqual({ ok: false, reason: "no answer within 20 ms" });
    server.thaw();
    expect(await monitor.look(10_000)).toMatchObject({ ok: true });
    // A login for each question would keep a busy machine busy.
    expect(await backends()).toEqual(session);
    monitor.close();
  });

  it("has not failed when it has answered while we were busy ourselves", async () => {
    const monitor = new Monitor(workshop.access(server));
    await monitor.look(10_000);
    const looking = monitor.look(20);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    expect(await looking).toMatchObject({ ok: true });
    monitor.close();
  });

  function backends(): Promise<unknown> {
    const others = "backend_type = 'client backend' AND pid <> pg_backend_pid()";
    return query(workshop.access(server), 10_000, `SELECT pid FROM pg_stat_activity WHERE ${others}`);
  }
});

/** One letter, as proc(5) has it; null where there is no such process, or only what is left of it. */
function stateOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    return state === "Z" || state === "X" ? null : state;
  } catch {
    return null;
  }
}
