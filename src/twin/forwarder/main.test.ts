import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Request } from "./messages.ts";
import { Client, Target, echo, freeAddress } from "./testing.ts";

const running: ChildProcess[] = [];

function started(): ChildProcess {
  const child = fork(join(import.meta.dirname, "main.ts"));
  running.push(child);
  return child;
}

async function ask(child: ChildProcess, request: Request): Promise<unknown> {
  const answered = once(child, "message");
  child.send(request);
  return (await answered)[0];
}

async function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

afterEach(async () => {
  for (const child of running) child.kill("SIGKILL");
  await Promise.all(running.splice(0).map(ended));
});

it("takes its routes and faults from its parent, and counts", async () => {
  await using target = await Target.open(echo);
  const child = started();
  const listen = await freeAddress();
  const route = { name: "db", listen, to: [{ address: target.address, fault: null }] };
  expect(await ask(child, { id: 1, kind: "routes", routes: [route] })).toEqual({
    id: 1,
    kind: "listening",
    routes: ["db"],
  });
  const client = new Client(listen);
  expect(await client.exchange("hello")).toBe("hello");
  await ask(child, {
    id: 2,
    kind: "routes",
    routes: [{ ...route, to: [{ address: target.address, fault: { cut: "reset" } }] }],
  });
  await expect(client.closed).resolves.toBe("reset");
  expect(await ask(child, { id: 3, kind: "counters" })).toEqual({
    id: 3,
    kind: "counters",
    routes: { db: { accepted: 1, open: 0, refused: 0, failed: 0, bytesTo: 5, bytesFrom: 5 } },
  });
});

it("answers in order, and says that an address is taken", async () => {
  await using target = await Target.open(echo);
  const child = started();
  const answers: unknown[] = [];
  child.on("message", (answer) => answers.push(answer));
  child.send({
    id: 1,
    kind: "routes",
    routes: [{ name: "db", listen: target.address, to: [] }],
  });
  child.send({ id: 2, kind: "counters" });
  await expect
    .poll(() => answers)
    .toMatchObject([
      { id: 1, kind: "failed", code: "PORT_TAKEN" },
      { id: 2, kind: "counters", routes: {} },
    ]);
});

it.each([
  ["its parent's connection", (child: ChildProcess) => child.disconnect()],
  ["SIGTERM", (child: ChildProcess) => child.kill("SIGTERM")],
])("ends with %s, whatever clients it has", async (_, end) => {
  await using target = await Target.open(echo);
  const child = started();
  const listen = await freeAddress();
  await ask(child, {
    id: 1,
    kind: "routes",
    routes: [{ name: "db", listen, to: [{ address: target.address, fault: null }] }],
  });
  const client = new Client(listen);
  await client.exchange("a");
  end(child);
  expect(await ended(child)).toBe(0);
  await expect(client.closed).resolves.toBe("reset");
});

it("does not end on a Ctrl-C that the terminal sends to everyone", async () => {
  const child = started();
  await ask(child, { id: 1, kind: "routes", routes: [] });
  child.kill("SIGINT");
  expect(await ask(child, { id: 2, kind: "counters" })).toEqual({ id: 2, kind: "counters", routes: {} });
});
