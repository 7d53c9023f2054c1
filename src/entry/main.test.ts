import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import type { FromBalancer, ToBalancer } from "./messages.ts";
import { NODE_OPTIONS } from "./node-options.ts";
import { GET, okay, RawClient, RawTarget } from "./test-support.ts";

function start(): {
  child: ChildProcess;
  ask(message: ToBalancer): void;
  hears(kind: string): Promise<FromBalancer>;
} {
  const child = fork(new URL("main.ts", import.meta.url), { execArgv: [...NODE_OPTIONS] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const heard: FromBalancer[] = [];
  child.on("message", (message: FromBalancer) => heard.push(message));
  return {
    child,
    ask: (message) => void child.send(message),
    async hears(kind) {
      while (heard.length === 0) await once(child, "message", { signal: AbortSignal.timeout(10_000) });
      const message = heard.shift()!;
      expect(message.kind).toBe(kind);
      return message;
    },
  };
}

function configure(port: number): ToBalancer {
  const defaultAction = { kind: "forward", group: "web" } as const;
  return {
    kind: "configure",
    configuration: { listeners: [{ name: "http", host: "127.0.0.1", port, rules: [], defaultAction }] },
  };
}

test("is told everything over IPC, and goes with 0 when told to", async () => {
  const target = await RawTarget.start();
  const { child, ask, hears } = start();
  ask({ kind: "metrics" });
  expect(await hears("failed")).toMatchObject({ code: "NOT_CONFIGURED" });
  child.send({ kind: "dance" });
  expect(await hears("failed")).toMatchObject({ code: "MESSAGE_INVALID" });
  ask(configure(0));
  const listening = await hears("listening");
  const { port } = listening.kind === "listening" ? listening.listeners[0]! : { port: 0 };
  await hears("configured");
  ask({ kind: "targets", group: "nobody", targets: [] });
  expect(await hears("failed")).toMatchObject({ code: "GROUP_UNKNOWN" });
  ask({ kind: "targets", group: "web", targets: [target.described()] });
  await hears("configured");
  await new RawClient(port).write(GET).receives("hello");
  ask({ kind: "metrics" });
  expect(await hears("metrics")).toMatchObject({
    metrics: { requests: 1, groups: [{ name: "web", target2xx: 1 }] },
  });
  ask({ kind: "targets", group: "web", targets: [] });
  expect(await hears("drained")).toEqual({ kind: "drained", group: "web", target: "a" });
  await hears("configured");
  ask({ kind: "stop", deadline: 1000 });
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("says that a port is taken, and lives on", async () => {
  const { child, ask, hears } = start();
  const taken = (await RawTarget.start()).described().port;
  ask(configure(taken));
  expect(await hears("failed")).toMatchObject({ code: "PORT_TAKEN" });
  ask(configure(0));
  await hears("listening");
  child.disconnect();
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("drains on SIGTERM", async () => {
  const answers: (() => void)[] = [];
  const target = await RawTarget.start((_, socket) => {
    answers.push(() => void socket.write(okay("late")));
    return undefined;
  });
  const { child, ask, hears } = start();
  ask(configure(0));
  const listening = await hears("listening");
  await hears("configured");
  ask({ kind: "targets", group: "web", targets: [target.described()] });
  await hears("configured");
  const raw = new RawClient(listening.kind === "listening" ? listening.listeners[0]!.port : 0).write(GET);
  await target.sees(1);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  answers[0]!();
  await raw.receives("late");
  expect(await exited).toEqual([0, null]);
});
