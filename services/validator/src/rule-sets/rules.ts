import { setTimeout as delay } from "node:timers/promises";

import type { Access } from "../access/access.ts";
import type { Cache } from "../cache/cache.ts";
import type { Pool } from "../database/session.ts";
import type { RulesState } from "../health/readiness.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { announceChange, followAnnouncements } from "./announcements.ts";
import { createChanges, type MakeChange } from "./changes.ts";
import { lifecycleRoutes } from "./lifecycle-routes.ts";
import { listRoutes } from "./list-routes.ts";
import { createLists } from "./lists.ts";
import { createRuleLoader } from "./loader.ts";
import { ruleSetRoutes } from "./routes.ts";
import { snoozeRoutes } from "./snooze-routes.ts";
import { createSnoozes } from "./snoozes.ts";
import { createVersions } from "./versions.ts";
import { createRuleWatcher, type RuleWatcher, type RuleWatcherOptions } from "./watcher.ts";

/** Milliseconds that the start of the process waits for its rules: a database that hangs must not hold it up. */
const START_PATIENCE = 1000;

export interface RulesParts {
  pool: Pool;
  cache: Cache;
  access: Access;
  /** Milliseconds after which a change that was not announced is seen, at most. */
  poll: number;
  log: RuleWatcherOptions["log"];
}

/** Rule sets, value lists and snoozes: their API, and what decisions see of them. */
export interface Rules {
  readonly watcher: RuleWatcher;
  /** Makes a change that decisions see, and announces it. */
  readonly change: MakeChange;
  /** For /readyz; undefined where there are none yet. */
  state(): RulesState | undefined;
  /** Registers /v1/rule-sets, /v1/lists and /v1/snoozes. */
  routes(app: FastifyTypeBox): void;
  /** Loads the rules and keeps them up to date; resolves after the first attempt, or soon, whether it succeeds or not. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createRules({ pool, cache, access, poll, log }: RulesParts): Rules {
  const watcher = createRuleWatcher({ loader: createRuleLoader(pool), poll, log });
  const change = createChanges(pool, (stamp) => {
    watcher.poke(stamp);
    announceChange(cache, stamp);
  });
  let unfollow: (() => void) | undefined;

  return {
    watcher,
    change,
    state() {
      const { version, problem } = watcher.status;
      return version === undefined
        ? undefined
        : { version, state: problem === undefined ? "current" : "behind" };
    },
    routes(app) {
      const versions = createVersions(change);
      ruleSetRoutes(app, { pool, access, versions });
      lifecycleRoutes(app, { access, versions });
      listRoutes(app, { pool, access, lists: createLists(change) });
      snoozeRoutes(app, { pool, access, snoozes: createSnoozes(change) });
    },
    async start() {
      unfollow = followAnnouncements(cache, watcher);
      await Promise.race([watcher.start(), delay(START_PATIENCE, undefined, { ref: false })]);
    },
    async stop() {
      unfollow?.();
      await watcher.stop();
    },
  };
}
