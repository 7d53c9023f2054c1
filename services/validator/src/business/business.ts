// Business figures: the parts put together.
import type { FastifyBaseLogger } from "fastify";

import type { Pool } from "../database/session.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { BusinessConfig } from "./config.ts";
import { createCounter } from "./counter.ts";
import { businessRoutes } from "./routes.ts";

export interface BusinessParts {
  readonly config: BusinessConfig;
  readonly pool: Pool;
  readonly log: FastifyBaseLogger;
  readonly now: () => number;
}

export interface Business {
  routes(app: FastifyTypeBox): void;
  /** Begins to count decisions. */
  start(): void;
  stop(): Promise<void>;
}

export function createBusiness({ config, pool, log, now }: BusinessParts): Business {
  const counter = createCounter({ pool, log });
  return {
    routes: (app) => businessRoutes(app, { pool, fees: config.fees, now }),
    start: counter.start,
    stop: counter.stop,
  };
}
