// A service that takes files, for tests: its database, its bucket, and what it is asked for.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { appOn, ask, type Answer } from "../../../test/apps.ts";
import type { TestDatabase } from "../../../test/engines.ts";
import { startPostgres } from "../../../test/postgres.ts";
import { until } from "../../../test/until.ts";
import type { App } from "../../app.ts";
import { migrate } from "../../database/migrator.ts";

export interface UploadResult {
  readonly row: number;
  readonly line: number;
  readonly outcome: string;
  readonly decision: string | null;
  readonly reasons: { code: string; pointer: string }[];
}

export interface World {
  readonly postgres: TestDatabase;
  readonly folder: string;
  /** What every replica of the service is told. */
  readonly env: Record<string, string>;
  /** Names of all that is in the bucket, what is unfinished too. */
  kept(): string[];
  replica(env?: Record<string, string>): Promise<App>;
  close(): Promise<void>;
}

export async function openWorld(start: () => Promise<TestDatabase> = startPostgres): Promise<World> {
  const postgres = await start();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  const folder = mkdtempSync(join(tmpdir(), "validator-uploads-"));
  const env = {
    AUTHENTICATION: "open",
    BACKTEST_CPU_PERCENT: "0",
    UPLOAD_CPU_PERCENT: "100",
    UPLOADS_URL: pathToFileURL(folder).href,
  };
  const apps: App[] = [];
  return {
    postgres,
    folder,
    env,
    kept: () => readdirSync(folder),
    async replica(more = {}) {
      const app = await appOn(postgres.url(), { ...env, ...more });
      apps.push(app);
      await app.server.ready();
      return app;
    },
    async close() {
      for (const { server } of apps) await server.close();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends a file in Ann's name. */
export function send(
  app: App,
  payload: string | Buffer,
  headers: Record<string, string> = {},
  query = "",
): Promise<Answer> {
  const type = { "content-type": "application/octet-stream", "x-actor": "ann" };
  return ask(app, { method: "POST", url: `/v1/uploads${query}`, headers: { ...type, ...headers }, payload });
}

export function look(app: App, id: string): Promise<Answer> {
  return ask(app, { url: `/v1/uploads/${id}`, headers: { "x-actor": "ann" } });
}

/** The upload once it has ended. */
export async function ended(app: App, id: string, deadline = 30_000): Promise<Answer["body"]> {
  let last = await look(app, id);
  await until(async () => {
    last = await look(app, id);
    return !["queued", "running"].includes(String(last.body["state"]));
  }, deadline);
  return last.body;
}

export async function resultsOf(app: App, id: string, query = ""): Promise<UploadResult[]> {
  const { body } = await app.server.inject({
    url: `/v1/uploads/${id}/results${query}`,
    headers: { "x-actor": "ann" },
  });
  return body
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as UploadResult);
}

/** How often each row of an upload was decided and stored; as it should be: `rows` of each. */
export async function tally(postgres: TestDatabase, id: string) {
  const { rows } = await postgres.query(
    `select (select count(*) from decisions where idempotency_key like $1) as decided,
       (select count(distinct decision) from upload_rows where upload = $2) as told,
       (select count(*) from upload_rows where upload = $2) as stored`,
    [`upload ${id} %`, id],
  );
  const { decided, told, stored } = rows[0];
  return { decided: Number(decided), told: Number(told), rows: Number(stored) };
}
