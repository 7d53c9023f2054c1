import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EventLog } from "./event-log.ts";
import { Network } from "./faults/network.ts";
import { Client, freeAddress, saying, Target } from "./forwarder/testing.ts";
import { ZoneForwarder } from "./forwarders.ts";
import { Processes } from "./processes/processes.ts";
import { ProcessJournal } from "./state/journal.ts";
import { stateDirectory } from "./state/state-directory.ts";

let root: string;
let events: EventLog;
let network: Network;
let forwarder: ZoneForwarder;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plumbline-forwarders-"));
  const state = stateDirectory(root);
  events = new EventLog(join(state.logs, "events.log"));
  network = new Network();
  const processes = new Processes(new ProcessJournal(state, () => {}), state.logs);
  forwarder = new ZoneForwarder("a", network, { processes, events });
  forwarder.start();
});

afterEach(async () => {
  await forwarder.stop(5_000);
  await events.close();
  rmSync(root, { recursive: true });
});

/** What a new client is told there. */
async function answerAt(address: { host: string; port: number }): Promise<string> {
  const client = new Client(address);
  const answer = await Promise.race([client.exchange("?", "well".length), client.closed]);
  client.socket.destroy();
  return answer;
}

it("keeps its faults and routes when its process is started again", async () => {
  await using target = await Target.open(saying("well"));
  const [whole, broken] = [await freeAddress(), await freeAddress()];
  const to = [{ id: "db-b", zone: "b", address: target.address }];
  await network.break("fault-1", ({ route }) => (route === "broken" ? { cut: "reset" } : null));
  await forwarder.route({ name: "whole", listen: whole, to });
  await forwarder.route({ name: "broken", listen: broken, to });
  expect([await answerAt(whole), await answerAt(broken)]).toEqual(["well", "reset"]);

  const first = forwarder.pid as number;
  process.kill(first, "SIGKILL");
  await expect.poll(() => forwarder.carries && forwarder.pid !== first, { timeout: 5_000 }).toBe(true);
  expect([await answerAt(whole), await answerAt(broken)]).toEqual(["well", "reset"]);

  await network.heal("fault-1");
  expect(await answerAt(broken)).toBe("well");
  await forwarder.close("broken");
  await expect(new Client(broken).closed).resolves.toBe("reset");
});

it("tells a fault of its zone from those of others by where a route's clients are", async () => {
  await using target = await Target.open(saying("well"));
  const [zonal, regional] = [await freeAddress(), await freeAddress()];
  const to = [{ id: "db-a", zone: "a", address: target.address }];
  await forwarder.route({ name: "db.writer", listen: zonal, to });
  await forwarder.route({ name: "db-a.observer", listen: regional, to, regional: true });
  await network.break("fault-1", (link) => (link.from === link.to.zone ? null : { cut: "reset" }));
  expect([await answerAt(zonal), await answerAt(regional)]).toEqual(["well", "reset"]);
});

it("is gone while it is suspended, keeps nobody waiting, and knows afterwards what it was told", async () => {
  await using target = await Target.open(saying("well"));
  const listen = await freeAddress();
  const to = [{ id: "db-b", zone: "b", address: target.address }];
  await forwarder.route({ name: "db.writer", listen, to: [] });
  await forwarder.suspend();
  expect([forwarder.pid, forwarder.carries]).toEqual([null, false]);
  await forwarder.route({ name: "db.writer", listen, to });
  await expect(new Client(listen).closed).resolves.toBe("reset");
  await forwarder.resume();
  expect(forwarder.carries).toBe(true);
  expect(await answerAt(listen)).toBe("well");
  expect(events.recent).toEqual([]);
});
