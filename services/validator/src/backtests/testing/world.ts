// A service with a past, for tests of backtests: what it runs them on, and what they are asked for.
import { expect } from "vitest";

import { appOn, type Answer } from "../../../test/apps.ts";
import type { TestDatabase } from "../../../test/engines.ts";
import { startPostgres } from "../../../test/postgres.ts";
import { as, draft, publish, rule, ruleSet } from "../../../test/rules.ts";
import { until } from "../../../test/until.ts";
import type { App } from "../../app.ts";
import { migrate } from "../../database/migrator.ts";
import { compile } from "../../rules/compile.ts";
import type { Report } from "../report-schema.ts";
import { writePast, type PastPayment } from "./past.ts";

const DAY = 86_400_000;

/** What the rules of the two versions compare with: major units, and payments in a window. */
export const LIMITS = {
  live: { large: 5000, window: "1h", many: 60 },
  draft: { large: 2000, window: "2h", many: 110 },
} as const;
export const BLOCKED = ["C7", "C8"];

const documentOf = ({ large, window, many }: (typeof LIMITS)[keyof typeof LIMITS]) =>
  ruleSet([
    rule("large", { expression: `major > ${large}.0`, score: 10 }),
    rule("listed", { expression: 'listed("blocked_accounts", creditor.account)', outcome: "decline" }),
    rule("many", {
      expression: `count("${window}", debtor.account) > ${many}`,
      outcome: "block_and_review",
      score: 40,
    }),
  ]);
export const LIVE = documentOf(LIMITS.live);

interface Progress {
  done: number;
  total: number | null;
}
export const progressOf = ({ body }: Answer) => body["progress"] as Progress;

export interface World {
  readonly postgres: TestDatabase;
  /** Answers and decides. It runs no backtest: the tests say who does. */
  readonly app: App;
  readonly payments: readonly PastPayment[];
  /** The draft has two other rules than the live version, by which the past was decided. */
  readonly version: { readonly live: number; readonly draft: number };
  /** The payments from one index on, up to another one or with the last one. */
  range(first: number, end?: number): { from: string; to: string };
  /** Asks for a backtest; its id. */
  request(body: object): Promise<string>;
  read(id: string): Promise<Answer>;
  /** Waits for the end, and expects what is told on the way only to grow. */
  ended(id: string): Promise<Answer>;
  report(id: string): Promise<Report>;
  /** With another replica that runs what waits, at full speed unless told. */
  withRunner<T>(use: () => Promise<T>, env?: Record<string, string>): Promise<T>;
  close(): Promise<void>;
}

export const OPEN = { AUTHENTICATION: "open", RULES_POLL_MS: "50" };

export async function openWorld(
  count: number,
  start: () => Promise<TestDatabase> = startPostgres,
): Promise<World> {
  const postgres = await start();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  const app = await appOn(postgres.url(), { ...OPEN, BACKTEST_CPU_PERCENT: "0" });
  const live = await publish(app, LIVE);
  const version = { live, draft: (await draft(app, documentOf(LIMITS.draft))).version };
  const began = Date.now() - DAY;
  // The list of then has values that the list of now does not have.
  const payments = await writePast(postgres.url(), {
    live: compile(LIVE, live),
    blocked: BLOCKED,
    start: began,
    count,
  });
  await postgres.query("update rule_set_activations set live_from = $1 where version = $2", [
    new Date(began - DAY),
    live,
  ]);

  const timeOf = (index: number) => (payments[index] as PastPayment).at;
  const read = (id: string) => as("ann", app, "GET", `/v1/backtests/${id}`);

  return {
    postgres,
    app,
    payments,
    version,
    range(first, end) {
      const to = end === undefined ? timeOf(count - 1) + 1 : timeOf(end);
      return { from: new Date(timeOf(first)).toISOString(), to: new Date(to).toISOString() };
    },
    async request(body) {
      const { status, headers, body: answer } = await as("ann", app, "POST", "/v1/backtests", body);
      expect([status, headers["location"], answer["state"]]).toEqual([
        202,
        `/v1/backtests/${answer.id}`,
        "queued",
      ]);
      return answer.id;
    },
    read,
    async ended(id) {
      let last = await read(id);
      await until(async () => {
        const next = await read(id);
        expect(progressOf(next).done).toBeGreaterThanOrEqual(progressOf(last).done);
        last = next;
        return !["queued", "running"].includes(String(next.body["state"]));
      }, 90_000);
      return last;
    },
    async report(id) {
      return (await as("ann", app, "GET", `/v1/backtests/${id}/report`)).body as unknown as Report;
    },
    async withRunner(use, env = {}) {
      const runner = await appOn(postgres.url(), {
        ...OPEN,
        BACKTEST_CPU_PERCENT: "100",
        REPLICA: "runner",
        ...env,
      });
      try {
        return await use();
      } finally {
        await runner.server.close();
      }
    },
    async close() {
      await app.server.close();
      await postgres.stop();
    },
  };
}
