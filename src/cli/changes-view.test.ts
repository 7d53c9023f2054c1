import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { renderChanges } from "./changes-view.ts";

it("says of each change what was, what is, and what happens", () => {
  const text = renderChanges({
    changes: [
      { path: "services.api.env.LEVEL", effect: "roll", before: "info", after: "debug" },
      { path: "services.api.command", effect: "roll", before: ["node", "a.js"], after: ["node", "b.js"] },
      { path: "services.api.startTimeout", effect: "configure", before: 60_000, after: 5_000 },
      { path: "services.api.replicas.desired", effect: "configure", before: 2, after: 3 },
      { path: "entry.loadBalancer.routes", effect: "route", before: [{}], after: [] },
      { path: "services.old", effect: "stop", before: {} },
      { path: "services.migrate", effect: "start", after: { kind: "job" } },
      { path: "services.api.uses", effect: "roll", before: [], after: ["cache"] },
      { path: "stores.cache", effect: "stop", before: {} },
      { path: "services.migrate.env.A", effect: "run", after: "1" },
      { path: "notes", effect: "none", before: [], after: [{}] },
    ],
    programs: ["web"],
  });
  expect(`\n${stripVTControlCharacters(text)}\n`).toMatchInlineSnapshot(`
    "
      services.api.env.LEVEL         "info" → "debug"                api rolls
      services.api.command           "node a.js" → "node b.js"       api rolls
      services.api.startTimeout      "1m" → "5s"                     from now on
      services.api.replicas.desired  2 → 3                           api is scaled
      entry.loadBalancer.routes      has changed                     the load balancer is told, connections stay
      services.old                   is gone                         old drains and stops
      services.migrate               is new                          migrate runs
      services.api.uses              nothing → "cache"               api rolls
      stores.cache                   is gone                         cache stops, its data stays
      services.migrate.env.A         nothing → "1"                   migrate runs again
      notes                          has changed                     nothing that runs here depends on it
      services.web                   its program files have changed  is run anew
    "
  `);
});
