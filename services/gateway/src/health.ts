import type { Express } from "express";

import { sendProblem } from "../../proxy/src/problems.ts";
import type { Upstream } from "../../proxy/src/upstream.ts";
import type { SharedStore } from "./limits/shared-store.ts";

interface Parts {
  readonly zone: string;
  readonly version: string;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly store: SharedStore | undefined;
  readonly state: { readonly draining: boolean };
}

/** A backend that is away makes no gateway unready: another one would not reach it either, and this one says so. */
export function healthRoutes(app: Express, { zone, version, upstreams, store, state }: Parts): void {
  app.get(["/healthz", "/health"], (_request, response) => {
    response.set("cache-control", "no-store").json({ status: "ok", zone, version });
  });
  app.get("/readyz", (_request, response) => {
    if (state.draining)
      return sendProblem(response, "not_ready", undefined, { detail: "It is shutting down." });
    response.set("cache-control", "no-store").json({
      status: "ready",
      zone,
      backends: Object.fromEntries([...upstreams].map(([name, upstream]) => [name, upstream.state])),
      limits: store?.isThere ? "shared" : "local",
    });
  });
}
