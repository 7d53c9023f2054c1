import { hostname } from "node:os";

import { type AccessConfig, readAccessConfig } from "./access/config.ts";
import { type BusinessConfig, readBusinessConfig } from "./business/config.ts";
import { type CasesConfig, readCasesConfig } from "./cases/config.ts";
import { type DocumentsConfig, readDocumentsConfig } from "./documents/config.ts";
import { settingsOf } from "./database/mysql/settings.ts";
import { engineOf } from "./database/session.ts";
import { type EventsConfig, readEventsConfig } from "./events/config.ts";
import { type ObservabilityConfig, readObservabilityConfig } from "./observability/config.ts";
import { type PeopleConfig, readPeopleConfig } from "./people/config.ts";
import type { Policy } from "./transactions/checks/policy.ts";
import { type UploadsConfig, readUploadsConfig } from "./uploads/config.ts";

/** Everything that the environment decides. Times are milliseconds. */
export interface Config {
  host: string;
  port: number;
  /** Processes that share the port; they share the connections to the database as well. */
  workers: number;
  /** A worker that gives no sign for so long is ended by force. */
  workerSilence: number;
  /** Availability zone of this replica: stored with each decision and told by /healthz. */
  zone: string;
  /** Name of this replica: stored with each decision and part of its request ids. */
  replica: string;
  writerUrl: string;
  readerUrl: string;
  /** Redis; undefined where there is none, and rules that ask for windows follow their modes. */
  cacheUrl: string | undefined;
  /** After which Redis counts as away, and its connection is given up. */
  cacheTimeout: number;
  /** The longest that a decision waits for its windows. */
  velocityTimeout: number;
  /** Connections that write: at most as many batches are in flight. */
  writerConnections: number;
  readerConnections: number;
  /** For short questions that only the writer can answer, readiness among them. */
  lookupConnections: number;
  /** For what people change, and for reading the rules. */
  administrationConnections: number;
  batchRows: number;
  /** Decisions that may wait for a connection; one more is answered with 503. */
  queueRows: number;
  /** A request gets its 503 when the store has not answered by then. */
  storeDeadline: number;
  shutdownDeadline: number;
  /** From SIGTERM to the closing of the port, so that a load balancer sees /readyz fail first. */
  drainDelay: number;
  migrateDeadline: number;
  /** After which a change of the rules that nobody announced is seen, at most. */
  rulesPoll: number;
  /** Share of one core that a backtest may use here, above 0 and at most 1; 0: none runs here. */
  backtestShare: number;
  /** Entries of windows that a backtest may hold in memory. */
  backtestWindowEntries: number;
  access: AccessConfig;
  people: PeopleConfig;
  cases: CasesConfig;
  /** Undefined where there is no store of documents. */
  documents: DocumentsConfig | undefined;
  uploads: UploadsConfig;
  business: BusinessConfig;
  events: EventsConfig;
  observability: ObservabilityConfig;
  logLevel: string;
  policy: Policy;
}

/** The environment does not make a configuration: every problem at once. */
export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The environment is not complete: ${problems.join("; ")}.`);
    this.problems = problems;
  }
}

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

/** On AWS the user and the password come beside the address: AWS keeps them, and changes them. */
function withLogin(address: string, user: string | undefined, password: string | undefined): string {
  const url = new URL(address);
  if (user) url.username = encodeURIComponent(user);
  if (password) url.password = encodeURIComponent(password);
  return user || password ? url.href : address;
}

/** Reads the environment; throws ConfigError with all its problems. An empty variable counts as absent. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];

  const text = (name: string, fallback: string) => env[name] || fallback;
  const whole = (name: string, fallback: number, min: number, max: number) => {
    const given = env[name];
    if (!given) return fallback;
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
    if (value >= min && value <= max) return value;
    problems.push(`${name} must be a whole number from ${min} to ${max}`);
    return fallback;
  };
  const url = (name: string) => {
    const given = env[name] ?? "";
    const problem = addressProblem(given);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
    else return withLogin(given, env["DATABASE_USERNAME"], env["DATABASE_PASSWORD"]);
    return given;
  };
  const redisUrl = (name: string) => {
    const given = env[name] || undefined;
    const protocol = given && URL.parse(given)?.protocol;
    if (given && protocol !== "redis:" && protocol !== "rediss:") {
      problems.push(`${name} must be a redis:// or rediss:// address`);
    }
    return given;
  };

  const logLevel = text("LOG_LEVEL", "info");
  if (!LOG_LEVELS.includes(logLevel)) problems.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}`);

  const writerUrl = url("DATABASE_URL");
  const config: Config = {
    host: text("HOST", "127.0.0.1"),
    port: whole("PORT", 8000, 0, 65_535),
    workers: whole("WORKERS", 1, 1, 64),
    workerSilence: whole("WORKER_SILENCE_MS", 30_000, 2000, 600_000),
    zone: text("ZONE", "local"),
    replica: text("REPLICA", `${hostname()}-${process.pid}`),
    writerUrl,
    // Without a reader of its own everything reads where it writes; a wrong DATABASE_URL is told once.
    readerUrl: env["DATABASE_READER_URL"] ? url("DATABASE_READER_URL") : writerUrl,
    cacheUrl: redisUrl("CACHE_URL"),
    cacheTimeout: whole("CACHE_TIMEOUT_MS", 300, 10, 60_000),
    velocityTimeout: whole("VELOCITY_TIMEOUT_MS", 50, 1, 10_000),
    writerConnections: whole("WRITER_CONNECTIONS", 4, 1, 100),
    readerConnections: whole("READER_CONNECTIONS", 4, 1, 100),
    lookupConnections: whole("LOOKUP_CONNECTIONS", 2, 1, 100),
    administrationConnections: whole("ADMINISTRATION_CONNECTIONS", 3, 1, 100),
    batchRows: whole("BATCH_ROWS", 100, 1, 1000),
    queueRows: whole("QUEUE_ROWS", 5000, 1, 1_000_000),
    storeDeadline: whole("STORE_DEADLINE_MS", 4500, 100, 60_000),
    shutdownDeadline: whole("SHUTDOWN_DEADLINE_MS", 25_000, 100, 600_000),
    drainDelay: whole("DRAIN_DELAY_MS", 0, 0, 300_000),
    migrateDeadline: whole("MIGRATE_DEADLINE_MS", 60_000, 100, 3_600_000),
    rulesPoll: whole("RULES_POLL_MS", 2000, 50, 600_000),
    backtestShare: whole("BACKTEST_CPU_PERCENT", 25, 0, 100) / 100,
    backtestWindowEntries: whole("BACKTEST_WINDOW_ENTRIES", 1_000_000, 1000, 100_000_000),
    access: readAccessConfig(env, problems),
    people: readPeopleConfig(env, problems),
    cases: readCasesConfig(env, problems),
    documents: readDocumentsConfig(env, problems),
    uploads: readUploadsConfig(env, whole, problems),
    business: readBusinessConfig(env, problems),
    events: readEventsConfig(env, whole, problems),
    observability: readObservabilityConfig(env, problems),
    logLevel,
    policy: {
      reviewLimit: BigInt(whole("REVIEW_LIMIT", 10_000, 1, 1_000_000_000_000)),
      futureTolerance: whole("FUTURE_TOLERANCE_MS", 120_000, 0, 86_400_000),
      pastTolerance: whole("PAST_TOLERANCE_MS", 7 * 86_400_000, 60_000, 366 * 86_400_000),
    },
  };
  if (engineOf(config.readerUrl) !== engineOf(writerUrl)) {
    problems.push("DATABASE_READER_URL must be of the same kind as DATABASE_URL");
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** What is wrong with the address of a database, in words that follow its name; undefined: nothing. */
function addressProblem(address: string): string | undefined {
  const engine = engineOf(address);
  if (engine === undefined) return "must be a postgresql:// or mysql:// address";
  try {
    if (engine === "mysql") settingsOf(address);
    return undefined;
  } catch (error) {
    return `cannot be used: ${(error as Error).message}`;
  }
}
