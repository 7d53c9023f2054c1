import { fork } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { startForwarder } from "./process.ts";
import type { ForwarderProcess } from "./process.ts";
import { Client, Target, echo, freeAddress } from "./testing.ts";

const running: ForwarderProcess[] = [];

function started(...args: Parameters<typeof startForwarder>): ForwarderProcess {
  const forwarder = startForwarder(...args);
  running.push(forwarder);
  return forwarder;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((forwarder) => forwarder.stop()));
});

it("takes its routes and faults from its parent, and counts", async () => {
  await using target = await Target.open(echo);
  const forwarder = started();
  const listen = await freeAddress();
  await forwarder.routes([{ name: "db", listen, to: target.address }]);
  const client = new Client(listen);
  expect(await client.exchange("hello")).toBe("hello");
  await forwarder.fault("db", { cut: "reset" });
  await expect(client.closed).resolves.toBe("reset");
  expect(await forwarder.counters()).toEqual({
    db: { accepted: 1, open: 0, refused: 0, failed: 0, bytesTo: 5, bytesFrom: 5 },
  });
});

it("says that an address is taken as an error that can be mended", async () => {
  await using target = await Target.open(echo);
  const forwarder = started();
  await expect(forwarder.routes([{ name: "db", listen: target.address, to: null }])).rejects.toMatchObject({
    name: "PlumblineError",
    code: "PORT_TAKEN",
  });
  await expect(forwarder.fault("web", null)).rejects.toMatchObject({ code: "ROUTE_UNKNOWN" });
});

it("ends with its parent's connection, whatever clients it has", async () => {
  await using target = await Target.open(echo);
  const forwarder = started();
  const listen = await freeAddress();
  await forwarder.routes([{ name: "db", listen, to: target.address }]);
  const client = new Client(listen);
  await client.exchange("a");
  forwarder.child.disconnect();
  await forwarder.exited;
  await expect(client.closed).resolves.toBe("reset");
  await expect(forwarder.counters()).rejects.toMatchObject({ code: "FORWARDER_GONE" });
});

it("ends on SIGTERM, and fails what was asked of it when it is killed", async () => {
  const [mild, harsh] = [started(), started((main) => fork(main))];
  await mild.routes([]);
  await mild.stop();
  expect(mild.child.exitCode).toBe(0);
  const asked = harsh.counters();
  harsh.child.kill("SIGKILL");
  await expect(asked).rejects.toMatchObject({ code: "FORWARDER_GONE" });
  await harsh.exited;
  expect(harsh.child.signalCode).toBe("SIGKILL");
});

it("does not end on a Ctrl-C that the terminal sends to everyone", async () => {
  const forwarder = started();
  await forwarder.routes([]);
  forwarder.child.kill("SIGINT");
  expect(await forwarder.counters()).toEqual({});
  const exit = once(forwarder.child, "exit");
  await forwarder.stop();
  expect(await exit).toEqual([0, null]);
});
