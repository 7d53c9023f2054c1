import { expect, it } from "vitest";
import { asWritten } from "./format.ts";

it.each([
  ["services.api.startTimeout", 30_000, "30s"],
  ["services.api.targetHealth.interval", 500, "500ms"],
  ["services.api.size.memory", 2 ** 29, "512MiB"],
  ["services.api.size.cpu", 0.25, "0.25 vCPU"],
  ["stores.database.backup.retention", 604_800_000, "7d"],
  ["entry.loadBalancer.idleTimeout", 60_000, "1m"],
  ["services.api.replicas.desired", 2, 2],
  ["services.api.image.tag", "v2", "v2"],
  ["no.such.field", 3, 3],
])("writes the value at %s as people do", (path, value, text) => {
  expect(asWritten(path.split("."), value)).toBe(text);
});
