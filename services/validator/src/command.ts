import { userInfo } from "node:os";

import { ConfigError, readConfig } from "./config.ts";
import { openPool } from "./database/open.ts";
import type { Pool } from "./database/session.ts";
import { Problem } from "./http/problems.ts";

/** The words on the command line ask for nothing that the command does. */
export class UsageError extends Error {}

/** Something that people do beside the database, from a command line. */
export interface Command<Request> {
  /** As the database lists who is connected. */
  readonly name: string;
  readonly usage: string;
  /** What did not take place where it fails, as a sentence without its end: "The key was not made". */
  readonly failed: string;
  /** Reads the command line; undefined where help is asked for. Throws UsageError, or what `parseArgs` throws. */
  readonly read: () => Request | undefined;
  readonly run: (pool: Pool, request: Request) => Promise<void>;
}

/** Whoever runs a command, in the audit trail. */
export const commandActor = () => `command:${userInfo().username}`;

/** Milliseconds; nobody waits for it but a person. */
const CONNECT_TIMEOUT = 5000;

/** Runs a command; the exit code is 2 where its words are wrong, and 1 where it has failed. */
export async function runCommand<Request>(command: Command<Request>): Promise<void> {
  const { usage, failed } = command;
  try {
    await run(command);
  } catch (error) {
    const { code, message, cause } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || code?.startsWith("ERR_PARSE_ARGS");
    const why = error instanceof Problem || !(cause instanceof Error) ? message : cause.message;
    if (isUsage) process.stderr.write(`${message}\n\n${usage}\n`);
    else if (error instanceof ConfigError) process.stderr.write(`${message}\n`);
    else process.stderr.write(`${failed}: ${why || code}.\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

async function run<Request>({ name, usage, read, run: use }: Command<Request>): Promise<void> {
  const request = read();
  if (request === undefined) return void process.stdout.write(`${usage}\n`);
  const { writerUrl } = readConfig(process.env);
  const pool = openPool({
    url: writerUrl,
    name: `validator ${name}`,
    max: 1,
    connectTimeout: CONNECT_TIMEOUT,
  });
  try {
    await use(pool, request);
  } finally {
    await pool.end();
  }
}
