import { createConnection } from "mysql2";
import pg from "pg";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { Connection } from "#stores/redis/connection.ts";
import type { ControlClient } from "#twin/control-api/client.ts";
import type { StoreSeen } from "../measured.ts";
import type { MeasureOptions } from "./twin.ts";

/** Round trips, one after the other: enough for a 99th percentile. */
const TRIPS = 500;
/** For as much as it can do. */
const COMMAND_SECONDS = 3;
/** Commands that are under way at a time, as a pool of busy clients would have them. */
const DEPTH = 256;

type Figures = Omit<StoreSeen, "profile" | "substitutes">;

/** Asks one store directly, as a service would: round trips, and what objectives promise of it. */
export async function askStore(
  client: ControlClient,
  architecture: ResolvedArchitecture,
  name: string,
  { say }: MeasureOptions,
): Promise<StoreSeen> {
  const { profile, substitutes } = await client.status();
  const store = (await client.connections()).find((each) => each.name === name);
  const asker = store && ASKERS[store.kind];
  if (!store || !asker)
    throw new PlumblineError(
      "STORE_UNSUPPORTED",
      `Nothing here can ask the store ${name}.`,
      "PostgreSQL, MySQL and Redis can be asked.",
    );
  say(`${name}: ${TRIPS} round trips`);
  const figures = await asker(store.writer, promisedOf(architecture, name));
  return { ...figures, profile, substitutes: substitutes.filter(({ part }) => part === `stores.${name}`) };
}

interface Promised {
  /** How many connections are to be open at once; 0: nobody promises any. */
  readonly connections: number;
  /** Whether commands a second are promised. */
  readonly commands: boolean;
}

function promisedOf({ objectives, stores }: ResolvedArchitecture, name: string): Promised {
  const connections = objectives.flatMap((each) =>
    each.kind === "connections" && each.to === name ? [each.atLeast] : [],
  );
  const commands = objectives.some((each) => each.kind === "throughput" && each.of === "cache-operations");
  return { connections: Math.max(0, ...connections), commands: commands && stores[name]?.kind === "redis" };
}

const ASKERS: Readonly<Record<string, (url: string, promised: Promised) => Promise<Figures>>> = {
  postgresql: (url, promised) => askSql(url, promised, openPostgresql),
  mysql: (url, promised) => askSql(url, promised, openMysql),
  redis: askRedis,
};

/** A session of a database, whichever; `insert` and `select` of one number are a round trip each. */
interface SqlSession {
  create(): Promise<unknown>;
  insert(number: number): Promise<unknown>;
  select(number: number): Promise<unknown>;
  end(): Promise<void>;
}

const CREATE = "create temporary table trips (number bigint primary key)";
const CONNECTS_WITHIN_MS = 5_000;

async function openPostgresql(url: string): Promise<SqlSession> {
  const session = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECTS_WITHIN_MS });
  session.on("error", () => {});
  await session.connect();
  return {
    create: () => session.query(CREATE),
    insert: (number) => session.query("insert into trips values ($1)", [number]),
    select: (number) => session.query("select number from trips where number = $1", [number]),
    end: () => session.end(),
  };
}

async function openMysql(url: string): Promise<SqlSession> {
  const connection = createConnection({ uri: url, connectTimeout: CONNECTS_WITHIN_MS });
  connection.on("error", () => {});
  const session = connection.promise();
  await session.connect();
  return {
    create: () => session.query(CREATE),
    insert: (number) => session.execute("insert into trips values (?)", [number]),
    select: (number) => session.execute("select number from trips where number = ?", [number]),
    end: () => session.end(),
  };
}

/** In a temporary table, which goes with the session. */
async function askSql(
  url: string,
  promised: Promised,
  open: (url: string) => Promise<SqlSession>,
): Promise<Figures> {
  const session = await open(url);
  try {
    await session.create();
    const times = await timed(TRIPS, async (number) => {
      await session.insert(number);
      await session.select(number);
    });
    const connections =
      promised.connections > 0 ? await holdOpen(() => open(url), promised.connections) : null;
    return { times, connections, perSecond: null };
  } finally {
    await session.end();
  }
}

/** Opens connections until there are enough, or one is refused; then lets go of all of them. */
async function holdOpen(open: () => Promise<SqlSession>, asked: number): Promise<Figures["connections"]> {
  const sessions: SqlSession[] = [];
  try {
    while (sessions.length < asked) {
      try {
        sessions.push(await open());
      } catch (error) {
        return { asked, open: sessions.length, error: (error as Error).message };
      }
    }
    return { asked, open: sessions.length, error: null };
  } finally {
    await Promise.all(sessions.map((each) => each.end()));
  }
}

async function askRedis(url: string, promised: Promised): Promise<Figures> {
  const { hostname, port, username, password } = new URL(url);
  const connection = new Connection({
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  });
  const key = `plumbline-verify-${Date.now()}`;
  try {
    const times = await timed(TRIPS, async (number) => {
      await connection.ask("SET", key, String(number), "EX", "60");
      await connection.ask("GET", key);
    });
    const perSecond = promised.commands ? await commandRate(connection, key) : null;
    await connection.ask("DEL", key);
    return { times, connections: null, perSecond };
  } finally {
    connection.close();
  }
}

async function commandRate(connection: Connection, key: string): Promise<number> {
  const began = performance.now();
  const until = began + COMMAND_SECONDS * 1000;
  let answered = 0;
  const worker = async () => {
    while (performance.now() < until) {
      await connection.ask("GET", key);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: DEPTH }, worker));
  return answered / ((performance.now() - began) / 1000);
}

async function timed(count: number, trip: (number: number) => Promise<void>): Promise<StoreSeen["times"]> {
  const times: number[] = [];
  for (let number = 0; number < count; number++) {
    const began = performance.now();
    await trip(number);
    times.push(performance.now() - began);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(count - 1, Math.ceil(count * share) - 1)] ?? 0;
  const average = times.reduce((sum, each) => sum + each, 0) / count;
  return { count, average, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
