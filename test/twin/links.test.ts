import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ControlClient } from "#twin/control-api/client.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import type { ReplicaStatus, TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { linuxOnly } from "../support/needs.ts";
import { service, writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";
import { SteadyTraffic } from "../support/steady-traffic.ts";
import { untilStatus } from "../support/twin-view.ts";

const NAME = "own-development";

/** Asks the service behind it on a new connection each time, once more where nothing of an answer has come. */
const FRONT = `import { createServer, request } from "node:http";
const ask = (left) => new Promise((resolve, reject) => {
  request(process.env.BACK_URL, { agent: false }, async (answer) => resolve((await answer.toArray()).join("")))
    .on("error", (error) => left > 0 ? resolve(ask(left - 1)) : reject(error)).end();
});
const server = createServer(async (incoming, answer) => {
  if (incoming.url === "/healthz") return answer.end();
  try { answer.end(await ask(1)); } catch (error) { answer.writeHead(502).end(error.message); }
}).listen(Number(process.env.PORT), process.env.HOST);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;
/** Says where it is. On SIGTERM it ends at once: whoever asks it then is not answered. */
const BACK = `import { createServer } from "node:http";
createServer((incoming, answer) => answer.end(process.env.ZONE + " " + process.env.HOST))
  .listen(Number(process.env.PORT), process.env.HOST);
process.on("SIGTERM", () => process.exit(0));
`;

const back = {
  ...service({ command: ["node", "back.mjs"], port: 9000, replicas: { min: 1, desired: 2, max: 4 } }),
};
const ARCHITECTURE = {
  services: { web: { command: ["node", "front.mjs"], uses: ["files", "back"] }, back },
};

const of = ({ services }: TwinStatus, name: string): readonly ReplicaStatus[] =>
  services.find((each) => each.name === name)?.replicas ?? [];

describe.skipIf(linuxOnly.skipped)(`a service that calls another one${linuxOnly.why}`, () => {
  let project: Project;
  let client: ControlClient;
  let endpoint: string;

  beforeAll(async () => {
    project = new Project();
    project.write("front.mjs", FRONT);
    project.write("back.mjs", BACK);
    writeArchitecture(project, ARCHITECTURE);
    endpoint = (await project.up()).endpoint as string;
    client = new ControlClient(runningRecord(project.state(NAME))!);
  });
  afterAll(() => project[Symbol.asyncDispose]());
  // Each test begins with a twin that is whole.
  beforeEach(async () => {
    await client.heal();
    await settled();
  });

  const settled = () => untilStatus(project, NAME, "all is well", ({ unsettled }) => unsettled.length === 0);
  const ask = async () => (await fetch(endpoint)).text();
  async function answers(count: number): Promise<readonly string[]> {
    const all: string[] = [];
    for (let asked = 0; asked < count; asked++) all.push(await ask());
    return all;
  }

  it("finds it at an address of its own zone, and is answered by all of its replicas", async () => {
    const status = await client.status();
    for (const { id, zone } of of(status, "web")) {
      const { variables } = (await client.environment(id))!;
      const subnet = zone.endsWith("a") ? "11" : "12";
      expect(variables["BACK_URL"]).toMatch(new RegExp(`^http://127\\.\\d+\\.${subnet}\\.\\d+:9000$`));
    }
    const hosts = of(status, "back").map(({ address }) => address.replace(":9000", ""));
    const heard = await answers(12);
    expect(new Set(heard.map((answer) => answer.split(" ")[1]))).toEqual(new Set(hosts));
  });

  it("notices nothing when it is rolled, scaled out and in", async () => {
    await using traffic = new SteadyTraffic(endpoint);
    await project.json(["restart", "back"]);
    writeArchitecture(project, {
      services: { ...ARCHITECTURE.services, back: { ...back, replicas: { desired: 3, min: 1, max: 4 } } },
    });
    const more = await project.json<TwinStatus>(["up"]);
    expect(new Set((await answers(12)).map((answer) => answer.split(" ")[1])).size).toBe(3);
    expect(of(more, "back").length).toBe(3);
    writeArchitecture(project, ARCHITECTURE);
    await project.json(["up"]);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
    expect(traffic.answered).toBeGreaterThan(50);
  });

  it("loses nothing that it may ask again when a replica is killed", async () => {
    await using traffic = new SteadyTraffic(endpoint);
    const [first] = of(await client.status(), "back");
    await client.inject({ part: first!.id, how: "kill" });
    await untilStatus(project, NAME, "it is replaced", (status) => {
      const replicas = of(status, "back");
      return (
        replicas.every(({ id, state }) => id !== first!.id && state === "healthy") && replicas.length === 2
      );
    });
    await traffic.end();
    expect(traffic.failures).toEqual([]);
  });

  it("goes on in the zones that are left when one is gone", async () => {
    await client.inject({ part: "us-east-1a", how: "kill" });
    await eventually("only the other zone answers", async () => {
      const heard = await answers(6).catch(() => [""]);
      return heard.every((answer) => answer.startsWith("us-east-1b ")) || undefined;
    });
    await client.heal();
    await settled();
    await eventually(
      "both zones answer",
      async () => new Set((await answers(8)).map((each) => each.split(" ")[0])).size === 2 || undefined,
    );
  });

  it("waits longer while its way is slow, and goes past a replica that is cut off", async () => {
    const { description } = await client.inject({ part: "back", how: "slow", delayMs: 150 });
    expect(description).toBe(
      "what passes between back and the services that call it is 150 ms late in each direction",
    );
    const began = performance.now();
    await ask();
    expect(performance.now() - began).toBeGreaterThan(290);
    await client.heal();
    const [first] = of(await client.status(), "back");
    await client.inject({ part: first!.id, how: "cut", reset: true });
    const heard = await answers(8);
    expect(heard).not.toContainEqual(expect.stringContaining(first!.address.replace(":9000", "")));
    expect(heard).not.toContainEqual(expect.stringContaining("ECONN"));
  });

  it("has no address of what it does not call any more, and has it again when it does", async () => {
    writeArchitecture(project, { services: { web: { command: ["node", "server.mjs"] }, back } });
    const status = await project.json<TwinStatus>(["up"]);
    const replica = of(status, "web")[0]!.id;
    expect((await client.environment(replica))?.variables).not.toHaveProperty("BACK_URL");
    expect(await ask()).toBe("well\n");
    writeArchitecture(project, ARCHITECTURE);
    await project.json(["up"]);
    expect(await ask()).toMatch(/^us-east-1[ab] 127\./);
  });
});
