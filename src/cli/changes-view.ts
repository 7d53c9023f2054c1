import { isRecord } from "#model/data.ts";
import { asWritten } from "#model/quantities/format.ts";
import type { Change } from "#twin/changes/difference.ts";
import type { ChangeStatus } from "#twin/status.ts";
import { table } from "./output.ts";
import { style } from "./style.ts";

/** What changes in a running twin, line by line: where, from what to what, and what the twin does about it. */
export function renderChanges({ changes, programs }: Pick<ChangeStatus, "changes" | "programs">): string {
  const rows = [
    ...changes.map((change) => [style.cyan(change.path), values(change), style.dim(consequence(change))]),
    ...programs.map((name) => [
      style.cyan(`services.${name}`),
      "its program files have changed",
      style.dim("is run anew"),
    ]),
  ];
  return table(rows, "  ");
}

function values({ path, before, after, effect }: Change): string {
  if (effect === "start") return "is new";
  if (effect === "stop") return "is gone";
  const [one, other] = [before, after].map((value) => show(asWritten(path.split("."), value)));
  return one === null || other === null ? "has changed" : `${one} → ${other}`;
}

/** Null for what does not fit a line. */
function show(value: unknown): string | null {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "nothing";
  if (typeof value === "string") return value.length <= 40 ? JSON.stringify(value) : null;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return show(value.join(" "));
  return typeof value === "object" ? null : String(value);
}

function consequence({ path, effect, before, after }: Change): string {
  const [kind, name = ""] = path.split(".");
  const part = before ?? after;
  const isJob = isRecord(part) && part["kind"] === "job";
  switch (effect) {
    case "start":
      return kind === "secrets" ? "services may read it" : `${name} ${isJob ? "runs" : "starts"}`;
    case "stop":
      if (kind === "stores") return `${name} stops, its data stays`;
      return kind === "secrets" || isJob ? "it is needed no more" : `${name} drains and stops`;
    case "roll":
      return kind === "secrets" ? "the services that read it roll" : `${name} rolls`;
    case "run":
      return `${name} runs again`;
    case "configure":
      return path.endsWith(".replicas.desired") ? `${name} is scaled` : "from now on";
    case "route":
      return "the load balancer is told, connections stay";
    case "restart":
      return "needs `plumbline down` and `plumbline up`";
    case "none":
      return "nothing that runs here depends on it";
  }
}
