// Alerts and cases: the parts put together.
import type { FastifyBaseLogger } from "fastify";

import type { Access } from "../access/access.ts";
import type { Pool } from "../database/session.ts";
import type { Documents } from "../documents/documents.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { Instruments } from "../observability/instruments.ts";
import { absentStore } from "./absent-store.ts";
import { createAlertFeed } from "./alert-feed.ts";
import { createCarrier } from "./carrier.ts";
import { createCases } from "./cases.ts";
import type { CasesConfig } from "./config.ts";
import { createDocumentsStore } from "./documents-store.ts";
import { gaugeCases } from "./metrics.ts";
import { createReleaser } from "./releaser.ts";
import { caseRoutes } from "./routes.ts";
import { createSqlStore } from "./sql-store.ts";
import type { CaseStore } from "./store.ts";
import { workRoutes } from "./work-routes.ts";

export interface CaseworkParts {
  readonly config: CasesConfig;
  readonly pool: Pool;
  /** Undefined where the service was given no store of documents. */
  readonly documents: Documents | undefined;
  readonly access: Access;
  readonly instruments: Pick<Instruments, "gauge" | "counter">;
  readonly log: FastifyBaseLogger;
  readonly now: () => number;
}

export interface Casework {
  readonly store: CaseStore;
  /** Gives back what a person who was locked looks into; never throws: what fails now is done later. */
  releaseAllOf(person: string, actor: string): Promise<void>;
  routes(app: FastifyTypeBox): void;
  /** Begins to raise alerts. */
  start(): void;
  stop(): Promise<void>;
}

export function createCasework(parts: CaseworkParts): Casework {
  const { config, pool, documents, access, instruments, log, now } = parts;
  const isAbsent = config.store === "documents" && documents === undefined;
  if (isAbsent)
    log.warn(
      {},
      "CASES_STORE is documents and there is no DOCUMENTS_URL: cases answer 503, no alerts are raised",
    );
  const store =
    config.store === "sql"
      ? createSqlStore(pool)
      : documents === undefined
        ? absentStore()
        : createDocumentsStore(documents, now);
  const cases = createCases(store);
  const feed = createAlertFeed({ pool, sink: store.alertSink, due: config.due, log });
  const releaser = createReleaser({ pool, store, cases, log });
  const carrier =
    config.store === "documents" && documents !== undefined
      ? createCarrier({ documents, pool, instruments, log })
      : undefined;
  gaugeCases(instruments, store);
  return {
    store,
    async releaseAllOf(person, actor) {
      if (isAbsent) return;
      await cases.releaseAllOf(person, actor).catch((error: unknown) => {
        log.warn({ err: error, person }, "cases of a locked person are given back later");
      });
    },
    routes(app) {
      caseRoutes(app, { store, now });
      workRoutes(app, { cases, access, now });
    },
    start() {
      if (isAbsent) return;
      feed.start();
      releaser.start();
      carrier?.start();
    },
    async stop() {
      await Promise.all([feed.stop(), releaser.stop(), carrier?.stop()]);
    },
  };
}
