import type { FastifyTypeBox } from "../http/types.ts";
import { Problem, problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import { Type } from "typebox";

import type { Readiness } from "./readiness.ts";

const HealthBody = Type.Object({ status: Type.Literal("ok"), zone: Type.String(), version: Type.String() });
const ReadyBody = Type.Object({
  status: Type.Literal("ready"),
  zone: Type.String(),
  schema: Type.Integer(),
  rules: Type.Object({
    version: Type.Integer({ description: "of the rule set that decides here" }),
    state: Type.Enum(["current", "behind"], {
      description:
        "behind: what was last published could not be loaded, or cannot be run here; the log says why",
    }),
  }),
});

/** Load balancers are configured with either. */
const LIVENESS_PATHS = ["/healthz", "/health"];

export function healthRoutes(
  app: FastifyTypeBox,
  { zone, version, readiness }: { zone: string; version: string; readiness: Readiness },
): void {
  for (const path of LIVENESS_PATHS) {
    app.get(
      path,
      {
        config: { access: "anyone" },
        schema: {
          summary: "Liveness: the process answers; the database is not asked",
          tags: ["health"],
          response: { 200: HealthBody },
        },
      },
      () => ({ status: "ok" as const, zone, version }),
    );
    refuseOtherMethods(app, path, ["GET", "HEAD"]);
  }

  app.get(
    "/readyz",
    {
      config: { access: "anyone" },
      schema: {
        summary:
          "Readiness: the database answers and has the migrations that this version needs, and rules are loaded",
        tags: ["health"],
        response: {
          200: ReadyBody,
          ...problemResponses({ 503: "this replica cannot decide durably; `reasons` says why" }),
        },
      },
    },
    async (request) => {
      const state = await readiness.look();
      if (state.ready) return { status: "ready" as const, zone, schema: state.schema, rules: state.rules };
      request.log.debug({ why: state.why }, "not ready");
      throw new Problem("not_ready", [{ code: state.why, message: state.message, pointer: "" }]);
    },
  );

  refuseOtherMethods(app, "/readyz", ["GET", "HEAD"]);
}
