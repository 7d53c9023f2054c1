import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "#twin/control-api/client.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import type { ReplicaStatus, TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { linuxOnly } from "../support/needs.ts";
import { service } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";

const NAME = "pods-development";

/** Asks the service behind it on a new connection each time. */
const FRONT = `import { createServer, request } from "node:http";
createServer((incoming, answer) => {
  if (incoming.url === "/healthz") return answer.end();
  request(process.env.BACK_URL, { agent: false }, async (back) => answer.end((await back.toArray()).join("")))
    .on("error", (error) => answer.writeHead(502).end(error.message)).end();
}).listen(Number(process.env.PORT), process.env.HOST);
process.on("SIGTERM", () => process.exit(0));
`;
/** Says where it is; it is not ready for as long as a file says so. */
const BACK = `import { existsSync } from "node:fs";
import { createServer } from "node:http";
const { HOST, PORT } = process.env;
createServer((incoming, answer) => {
  if (incoming.url === "/readyz" && existsSync("unready-" + HOST)) answer.writeHead(503);
  answer.end(HOST);
}).listen(Number(PORT), HOST);
process.on("SIGTERM", () => process.exit(0));
`;

const ARCHITECTURE = {
  name: "pods",
  region: "us-east-1",
  network: {
    cidr: "10.0.0.0/16",
    zones: 2,
    subnets: { public: ["10.0.1.0/24", "10.0.2.0/24"], private: ["10.0.11.0/24", "10.0.12.0/24"] },
  },
  compute: {
    kind: "eks",
    version: "1.35",
    nodeGroups: { main: { instanceTypes: ["t3.medium"], capacity: "on-demand", min: 1, desired: 2, max: 3 } },
  },
  entry: { loadBalancer: { listeners: [{ port: 80, protocol: "http" }], routes: [{ to: "web" }] } },
  services: {
    web: service({ command: ["node", "front.mjs"], uses: ["back"] }),
    back: service({
      command: ["node", "back.mjs"],
      port: 9000,
      probes: { readiness: { path: "/readyz", failures: 2 } },
    }),
  },
  observability: { logs: { retention: "7d" } },
  environments: { development: {} },
};

const backs = ({ services }: TwinStatus): readonly ReplicaStatus[] =>
  services.find(({ name }) => name === "back")?.replicas ?? [];

const hostOf = ({ address }: ReplicaStatus) => address.replace(":9000", "");

describe.skipIf(linuxOnly.skipped)(`pods that say whether they are ready${linuxOnly.why}`, () => {
  let project: Project;
  let client: ControlClient;
  let endpoint: string;

  beforeAll(async () => {
    project = new Project();
    project.write("front.mjs", FRONT);
    project.write("back.mjs", BACK);
    project.write("architecture.mjs", `export default ${JSON.stringify(ARCHITECTURE)};\n`);
    endpoint = (await project.up()).endpoint as string;
    client = new ControlClient(runningRecord(project.state(NAME))!);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const unready = (host: string) => project.write(`unready-${host}`, "");
  const readyAgain = (host: string) => rmSync(join(project.folder, `unready-${host}`));
  /** Who answers, of eight requests. */
  async function heard(): Promise<string> {
    const answers = new Set<string>();
    for (let asked = 0; asked < 8; asked++) {
      const answer = await fetch(endpoint);
      const text = await answer.text();
      answers.add(answer.status === 200 ? text : String(answer.status));
    }
    return [...answers].toSorted().join(" ");
  }

  it("get requests only while they are, and run on", async () => {
    const before = backs(await client.status());
    const [one = "", other = ""] = before.map(hostOf);
    const both = [one, other].toSorted().join(" ");
    expect(await heard()).toBe(both);
    unready(one);
    await eventually("only the other one is asked", async () => (await heard()) === other || undefined);
    unready(other);
    await eventually("nobody is asked", async () => (await heard()) === "502" || undefined);
    readyAgain(one);
    readyAgain(other);
    await eventually("both are asked again", async () => (await heard()) === both || undefined);
    const after = backs(await client.status());
    expect(after.map(({ id, pid }) => [id, pid])).toEqual(before.map(({ id, pid }) => [id, pid]));
  });
});
