import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { mostConnections } from "#aws/connections.ts";
import { planLoad, sendLoad } from "#verify/measure/load.ts";
import { machineBusy } from "./decisions/processes.ts";
import { type Claim, figure, lineOf, type Row, tableOf } from "./limits/claims.ts";
import { createTable, statementTime, useConnections } from "./limits/database.ts";
import { loadPage, startBrowser } from "./limits/page.ts";
import { findRedisBenchmark, redisRate, redisTrip } from "./limits/redis-rate.ts";
import { type LimitsTwin, startTwin } from "./limits/twin.ts";
import { spread } from "./spread.ts";
import { sendRepeated, writePlain } from "./uploads/sending.ts";

const ROUNDS = 3;
const WARM_UP_SECONDS = 4;
const API_SECONDS = 12;
const CLIENTS = 50;
/** Commands that a client sends before it waits, and all of them in a round. */
const UNPIPELINED = { clients: CLIENTS, depth: 1, commands: 100_000 };
const PIPELINED = { clients: CLIENTS, depth: 16, commands: 600_000 };
const PAGES = 5;
const FILE = 256 * 1024 ** 2;
/** The document says MB, which is 10^6 bytes. */
const MB = 1e6;
const A_MINUTE = 10_000;
const CONNECTIONS = 100;
/** No round begins after this, so that all of it is over within four minutes. */
const LAST_ROUND_MS = 170_000;

const CLAIMS = {
  api: { what: "API response, p95", line: 285, bound: { below: 200 }, unit: "ms" },
  database: { what: "database query, average", line: 286, bound: { below: 100 }, unit: "ms" },
  cache: { what: "cache access, average", line: 287, bound: { below: 10 }, unit: "ms" },
  page: { what: "page load", line: 288, bound: { below: 2000 }, unit: "ms" },
  requests: { what: "API requests", line: 291, bound: { atLeast: A_MINUTE }, unit: "a minute" },
  connections: { what: "database connections", line: 292, bound: { atLeast: CONNECTIONS }, unit: "at once" },
  unpipelined: {
    what: "cache operations, one at a time",
    line: 293,
    bound: { atLeast: 50_000 },
    unit: "a second",
  },
  pipelined: { what: "cache operations, pipelined", line: 293, bound: { atLeast: 50_000 }, unit: "a second" },
  uploads: { what: "file uploads", line: 294, bound: { atLeast: 100 }, unit: "MB/s" },
} satisfies Record<string, Claim>;

type Name = keyof typeof CLAIMS;

/** What was seen besides: what a figure is to be read with. */
interface Beside {
  readonly backendUploads: number[];
  readonly plainWrites: number[];
  readonly busy: number[];
  connections: string;
  uploads: string;
  page: string;
}

/**
 * The limits that the document of `microservices` states, on its twin in `production`: front door, frontend, gateway,
 * backend and stores, all of them on this machine. Kinds of work take turns, so that noise hits all alike.
 */
export async function limits(json: boolean): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), "plumbline-limits-"));
  const load = loadavg()[0]!;
  const samples: Record<Name, number[]> = {
    api: [],
    database: [],
    cache: [],
    page: [],
    requests: [],
    connections: [],
    unpipelined: [],
    pipelined: [],
    uploads: [],
  };
  const beside: Beside = {
    backendUploads: [],
    plainWrites: [],
    busy: [],
    connections: "",
    uploads: "",
    page: "",
  };
  let twin: LimitsTwin | undefined;
  const browser = await startBrowser();
  try {
    twin = startTwin(state);
    await createTable(twin.databaseUrl);
    await askApi(twin, WARM_UP_SECONDS, () => Promise.resolve());
    const began = performance.now();
    for (let round = 0; round < ROUNDS && performance.now() - began < LAST_ROUND_MS; round++) {
      await oneRound(twin, join(state, "plain"), samples, beside);
      if (typeof browser === "string") beside.page = browser;
      else for (let page = 0; page < PAGES; page++) samples.page.push(await loadPage(browser, twin.url));
    }
    const rows = (Object.keys(CLAIMS) as Name[]).map((name) => ({
      ...CLAIMS[name],
      samples: samples[name],
      how: howOf(name, beside, twin!),
    }));
    report(json, rows, { load, beside, replicas: twin.replicas });
  } finally {
    if (typeof browser !== "string") await browser.close();
    twin?.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

async function oneRound(
  twin: LimitsTwin,
  plain: string,
  samples: Record<Name, number[]>,
  beside: Beside,
): Promise<void> {
  const [before, from] = [machineBusy().busy, performance.now()];
  const api = await askApi(twin, API_SECONDS, async (until) => {
    const [database, cache] = await Promise.all([
      statementTime(twin.databaseUrl, until),
      redisTrip(twin.cacheUrl, until),
    ]);
    samples.database.push(database);
    samples.cache.push(cache);
  });
  const seconds = (performance.now() - from) / 1000;
  beside.busy.push((machineBusy().busy - before) / seconds / availableParallelism());
  samples.api.push(api.p95);
  samples.requests.push(api.aMinute);

  const program = findRedisBenchmark("7");
  if (program) {
    samples.unpipelined.push(await redisRate(program, twin.cacheNodeUrl, UNPIPELINED));
    samples.pipelined.push(await redisRate(program, twin.cacheNodeUrl, PIPELINED));
  }

  const { atOnce, limit, refused } = await useConnections(twin.databaseUrl, CONNECTIONS);
  samples.connections.push(atOnce);
  const database = twin.architecture.stores["database"];
  const declared = database?.kind === "postgresql" ? mostConnections(database) : null;
  beside.connections = `opened and at work together, beside the services' own; this server takes ${limit}, ${
    database && "instance" in database ? database.instance : "the class"
  } about ${declared ?? "?"}${refused ? `; refused: ${refused}` : ""}`;

  beside.plainWrites.push(FILE / MB / (await writePlain(plain, FILE)));
  beside.backendUploads.push(FILE / MB / (await sendRepeated(twin.backendUrl, FILE)));
  try {
    samples.uploads.push(FILE / MB / (await sendRepeated(twin.url, FILE, twin.authority)));
  } catch (error) {
    beside.uploads = (error as Error).message;
  }
}

/** The promised rate through the front door. @param meanwhile goes on until it says so. */
async function askApi(
  { example }: LimitsTwin,
  seconds: number,
  meanwhile: (until: () => boolean) => Promise<void>,
): Promise<{ readonly p95: number; readonly aMinute: number }> {
  let isOver = false;
  const beside = meanwhile(() => isOver);
  const { result } = await sendLoad(
    planLoad(example, A_MINUTE / 60, seconds),
    new AbortController().signal,
  ).finally(() => (isOver = true));
  await beside;
  // What fails is no request that was served, and a rate that is kept may be short of a whole request.
  const aMinute = Math.round((result.succeeded / result.asked) * A_MINUTE * paceOf(result, seconds));
  return { p95: result.latency.p95, aMinute };
}

/** Below 1 where answers came later than requests were due. */
function paceOf({ elapsedSeconds }: { readonly elapsedSeconds: number }, seconds: number): number {
  const late = elapsedSeconds - seconds;
  // The last answers come after the last request.
  return late < 1 ? 1 : seconds / elapsedSeconds;
}

function howOf(name: Name, { backendUploads, plainWrites, ...beside }: Beside, twin: LimitsTwin): string {
  switch (name) {
    case "api":
      return `POST /v1/transactions through the front door, at ${figure(A_MINUTE)} a minute for ${API_SECONDS} s`;
    case "requests":
      return `the same: answered with 200 to 399, of what was due`;
    case "database":
      return "a commit to primary and standby, a read by key, in turns, while the API is asked";
    case "cache":
      return "SET and GET, in turns, while the API is asked";
    case "page":
      return (
        beside.page || `${PAGES} cold loads in Chromium through the front door, each round; every load counts`
      );
    case "connections":
      return beside.connections;
    case "unpipelined":
      return redisHow(`${CLIENTS} clients, each waits for its answer`);
    case "pipelined":
      return redisHow(`${CLIENTS} clients, ${PIPELINED.depth} commands at a time`);
    case "uploads": {
      const path = Object.keys(twin.replicas)
        .filter((each) => each !== "backend")
        .join(", ");
      const alone = `the backend alone ${median(backendUploads)}, write and fsync alone ${median(plainWrites)}`;
      return beside.uploads
        ? `${beside.uploads}; ${alone}`
        : `one file of ${FILE / 1024 ** 2} MiB through load balancer, ${path}, until it is durable; ${alone}`;
    }
  }
}

function median(samples: readonly number[]): string {
  return figure(spread(samples).median);
}

function redisHow(clients: string): string {
  return findRedisBenchmark("7")
    ? `redis-benchmark at the node itself: SET and GET, ${clients}`
    : "there is no redis-benchmark beside redis-server";
}

function report(
  json: boolean,
  rows: readonly Row[],
  {
    load,
    beside,
    replicas,
  }: { readonly load: number; readonly beside: Beside; readonly replicas: Readonly<Record<string, number>> },
): void {
  const lines = rows.map(lineOf);
  // On a busy machine fewer fit into the time.
  const rounds = beside.busy.length;
  const machine = { processors: availableParallelism(), loadAverage: load, busy: spread(beside.busy).median };
  if (json) {
    console.log(JSON.stringify({ schemaVersion: 1, rounds, machine, replicas, lines }));
    return;
  }
  const running = Object.entries(replicas).map(([name, count]) => `${count} ${name}`);
  console.log(`limits of microservices, production, ${running.join(", ")}: ${rounds} rounds`);
  console.log(tableOf(lines));
  console.log(
    `everything, with who asks, shares ${machine.processors} processors; load average before ${load.toFixed(1)}, busy ${Math.round(100 * machine.busy)} % while the API was asked`,
  );
  if (load > machine.processors)
    console.log(
      "the machine had other work when this began: what is not met here may be met on one that has none",
    );
}
