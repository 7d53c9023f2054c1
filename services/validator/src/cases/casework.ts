// Alerts and cases: the parts put together.
import type { FastifyBaseLogger } from "fastify";
import type pg from "pg";

import type { Access } from "../access/access.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { Instruments } from "../observability/instruments.ts";
import { createAlertFeed } from "./alert-feed.ts";
import { createCases } from "./cases.ts";
import type { CasesConfig } from "./config.ts";
import { gaugeCases } from "./metrics.ts";
import { caseRoutes } from "./routes.ts";
import { workRoutes } from "./work-routes.ts";

export interface CaseworkParts {
  readonly config: CasesConfig;
  readonly pool: pg.Pool;
  readonly access: Access;
  readonly instruments: Pick<Instruments, "gauge">;
  readonly log: FastifyBaseLogger;
  readonly now: () => number;
}

export interface Casework {
  routes(app: FastifyTypeBox): void;
  /** Begins to raise alerts. */
  start(): void;
  stop(): Promise<void>;
}

export function createCasework(parts: CaseworkParts): Casework {
  const { config, pool, access, instruments, log, now } = parts;
  const feed = createAlertFeed({ pool, due: config.due, log });
  const cases = createCases(pool);
  gaugeCases(instruments, pool);
  return {
    routes(app) {
      caseRoutes(app, { pool, now });
      workRoutes(app, { cases, access, now });
    },
    start: feed.start,
    stop: feed.stop,
  };
}
