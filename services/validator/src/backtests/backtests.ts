import type { Access } from "../access/access.ts";
import type { Config } from "../config.ts";
import type { Pools } from "../database/pools.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { MakeChange } from "../rule-sets/changes.ts";
import { createBacktestActs } from "./acts.ts";
import { backtestRoutes } from "./routes.ts";
import { createRunner, type RunnerParts } from "./runner.ts";
import { shadowRoutes } from "./shadow-routes.ts";
import { createAsk } from "./source.ts";

export interface BacktestsParts {
  config: Config;
  pools: Pools;
  access: Access;
  change: MakeChange;
  log: RunnerParts["log"];
}

/** Versions run over stored transactions, and what shadows showed. */
export interface Backtests {
  /** Registers /v1/backtests and the reports of shadows. */
  routes(app: FastifyTypeBox): void;
  /** Takes up what waits, unless none is to run on this replica. */
  start(): void;
  /** Those that run on this replica at the moment. */
  readonly running: number;
  stop(): Promise<void>;
}

export function createBacktests({ config, pools, access, change, log }: BacktestsParts): Backtests {
  const pool = pools.administration;
  const {
    backtestShare: share,
    backtestWindowEntries: windowEntries,
    readerUrl,
    writerUrl,
    replica,
  } = config;
  const applicationName = `validator backtest ${replica}`.slice(0, 63);
  const runner =
    share === 0
      ? undefined
      : createRunner({ pool, log, task: { readerUrl, writerUrl, applicationName, share, windowEntries } });

  return {
    routes(app) {
      backtestRoutes(app, {
        pool,
        access,
        acts: createBacktestActs(change),
        onRequested: () => runner?.poke(),
      });
      shadowRoutes(app, { pool, ask: createAsk(pools.reader, pool, config.storeDeadline) });
    },
    start: () => runner?.start(),
    get running() {
      return runner?.running ?? 0;
    },
    stop: async () => runner?.stop(),
  };
}
