import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresql } from "#stores/postgresql/testing.ts";
import { redis } from "#stores/redis/testing.ts";
import { linux, needs } from "#stores/testing.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import type { ReplicaStatus, TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { Project } from "../support/project.ts";
import { exampleTransaction } from "../support/traffic.ts";
import { untilStatus } from "../support/twin-view.ts";

const NAME = "microservices-development";
const { skipped, why } = needs(linux, postgresql, redis);

const of = ({ services }: TwinStatus, name: string): readonly ReplicaStatus[] =>
  services.find((each) => each.name === name)?.replicas ?? [];

/** What may be repeated safely: a decision with a key, and the reading of it. */
class SafeTraffic {
  readonly failures: string[] = [];
  decided = 0;
  readonly #endpoint: string;
  readonly #clients: readonly Promise<void>[];
  #ended = false;

  constructor(endpoint: string, clients: number) {
    this.#endpoint = endpoint;
    this.#clients = Array.from({ length: clients }, () => this.#work());
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#clients);
  }

  async #work(): Promise<void> {
    while (!this.#ended) {
      try {
        await this.#decideAndRead();
        this.decided += 1;
      } catch (error) {
        this.failures.push(`${(error as Error).message} ${String((error as Error).cause ?? "")}`);
      }
      // A steady trickle, which leaves the machine's processors to the twin.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async #decideAndRead(): Promise<void> {
    const url = `${this.#endpoint}/v1/transactions`;
    const signal = AbortSignal.timeout(20_000);
    const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
    const body = JSON.stringify(exampleTransaction());
    const decided = await fetch(url, { method: "POST", headers, body, signal });
    const text = await decided.text();
    if (decided.status !== 200) throw new Error(`POST ${decided.status} ${text}`);
    const { id } = JSON.parse(text) as { id: string };
    const read = await fetch(`${url}/${id}`, { signal });
    if (read.status !== 200) throw new Error(`GET ${read.status} ${await read.text()}`);
    await read.text();
  }
}

describe.skipIf(skipped)(`microservices${why}`, () => {
  let project: Project;
  let client: ControlClient;
  let up: TwinStatus;

  beforeAll(async () => {
    project = new Project();
    up = await project.up("microservices");
    client = new ControlClient(runningRecord(project.state(NAME))!);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("serves a page, and takes a request through front end, gateway and backend to the stores", async () => {
    const page = await fetch(`${up.endpoint}/`);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain("<main>");
    const answer = await fetch(`${up.endpoint}/v1/transactions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(exampleTransaction()),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ ruleSet: { version: 1 } });
    // The load balancer's number for the request, and the gateway's count of the client.
    expect(answer.headers.get("x-request-id")).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(answer.headers.get("ratelimit")).toMatch(/^"address"; r=\d+; t=\d+$/);
    const { variables } = (await client.environment(of(up, "gateway")[0]!.id))!;
    expect(variables).toMatchObject({ BACKEND_URL: expect.stringMatching(/^http:\/\/127\..*:8000$/) });
  });

  it("limits over all gateways, by what they share in Redis", async () => {
    const ready = of(up, "gateway").map(async ({ address }) =>
      (await fetch(`http://${address}/readyz`)).json(),
    );
    expect(await Promise.all(ready)).toEqual(
      Array.from({ length: 2 }, () =>
        expect.objectContaining({ limits: "shared", backends: { backend: "closed" } }),
      ),
    );
  });

  it("loses no request that may be repeated when a backend and a gateway are killed", async () => {
    const traffic = new SafeTraffic(up.endpoint as string, 4);
    await eventually("requests are answered", () => traffic.decided > 20);
    for (const service of ["backend", "gateway"]) {
      const killed = of(await client.status(), service)[0]!.id;
      await client.inject({ part: killed, how: "kill" });
      await untilStatus(
        project,
        NAME,
        `${service} is whole again`,
        (status) =>
          of(status, service).every(({ id, state }) => id !== killed && state === "healthy") &&
          of(status, service).length >= 2,
        20_000,
      );
    }
    const before = traffic.decided;
    await eventually("requests go on", () => traffic.decided > before + 20);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
  });

  it("says that the backend is away when there is none, and serves its pages", async () => {
    await Promise.all(
      of(await client.status(), "backend").map(({ id }) =>
        client.inject({ part: id, how: "cut", reset: true }),
      ),
    );
    const answer = await fetch(`${up.endpoint}/v1/transactions`);
    expect([502, 503]).toContain(answer.status);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect((await fetch(`${up.endpoint}/`)).status).toBe(200);
    await client.heal();
    await eventually(
      "it answers again",
      async () => (await fetch(`${up.endpoint}/v1/transactions`)).status === 200 || undefined,
      20_000,
    );
  });
});
