import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { spread, type Spread } from "../spread.ts";
import { PEER_TABLE } from "./peer-decisions.ts";
import { runLoad } from "./run-load.ts";
import type { RunningTwin } from "./twin.ts";

export interface PeerFigures {
  readonly name: string;
  readonly perSecond: Spread;
  /** Of the one process, for each request, in microseconds. */
  readonly cpu: number;
  /** How many times as many requests we answered in a second, round by round. */
  readonly ratio: Spread;
}

const PROGRAMS = {
  ours: "../../services/validator/src/main.ts",
  "Express, json-rules-engine": "peer-express.ts",
  "Fastify, zen-engine": "peer-fastify.ts",
};
const ROUNDS = 3;
/** Payments under way at a time: enough that nobody waits for work. */
const CONNECTIONS = 128;
const START_MS = 30_000;

/**
 * One process each, with no load balancer before it: saturated by the same payments, with the same 20 rules, on the
 * same database and standby. Short rounds take turns, so that noise hits all alike.
 */
export async function comparePeers(twin: RunningTwin, seconds: number): Promise<readonly PeerFigures[]> {
  const client = new pg.Client(twin.primaryUrl);
  await client.connect();
  await client.query(PEER_TABLE);
  await client.end();
  const servers: Server[] = [];
  try {
    for (const [name, program] of Object.entries(PROGRAMS))
      servers.push(await startServer(name, program, twin));
    const rounds = servers.map((): Round[] => []);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, server] of servers.entries()) {
        const measured = await saturate(server, seconds);
        if (round >= 0) rounds[index]!.push(measured);
      }
    }
    const [own] = rounds;
    return servers.map(({ name }, index) => {
      const each = rounds[index]!;
      return {
        name,
        perSecond: spread(each.map(({ perSecond }) => perSecond)),
        cpu: spread(each.map(({ cpu }) => cpu)).median,
        ratio: spread(each.map(({ perSecond }, round) => own![round]!.perSecond / perSecond)),
      };
    });
  } finally {
    for (const { child } of servers) child.kill("SIGTERM");
  }
}

interface Server {
  readonly name: string;
  readonly port: number;
  readonly child: ChildProcess;
}

interface Round {
  readonly perSecond: number;
  readonly cpu: number;
}

async function saturate({ name, port, child }: Server, seconds: number): Promise<Round> {
  const { load, cpu } = await runLoad(
    { host: "127.0.0.1", port, rate: null, seconds, connections: CONNECTIONS },
    { server: [child.pid!] },
  );
  const { 200: good = 0, ...others } = load.answered;
  if (Object.keys(others).length > 0)
    throw new Error(`${name} did not answer all: ${JSON.stringify(load.answered)}`);
  return { perSecond: good / load.elapsedSeconds, cpu: cpu["server"]! };
}

async function startServer(
  name: string,
  program: string,
  { primaryUrl, cacheUrl }: RunningTwin,
): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL(program, import.meta.url))], {
    env: {
      ...process.env,
      NODE_ENV: "production",
      DATABASE_URL: primaryUrl,
      CACHE_URL: cacheUrl,
      AUTHENTICATION: "open",
      LOG_LEVEL: "error",
      PORT: String(port),
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const deadline = performance.now() + START_MS;
  // There is no event for it: a server says nothing where it listens.
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${name} does not listen`);
    await delay(50);
  }
  return { name, port, child };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
