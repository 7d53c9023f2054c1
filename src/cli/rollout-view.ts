import type { DeploymentStatus, RotationStatus, TwinStatus } from "#twin/status.ts";
import { table } from "./output.ts";
import { style } from "./style.ts";

/** Which versions were deployed, and when credentials change: null where neither is of interest. */
export function renderRollouts({ services, rotations }: TwinStatus): string | null {
  const versions = services
    .filter(({ version, deployment }) => version !== "current" || deployment !== null)
    .map(({ name, version, deployment }) => [
      name,
      version,
      style.dim(deployment ? deployed(deployment) : ""),
    ]);
  const credentials = rotations
    .filter(({ step, last, next, failure }) => step ?? last ?? next ?? failure)
    .map((rotation) => [rotation.store, rotation.user, style.dim(rotated(rotation))]);
  const blocks = [block("versions", versions), block("credentials", credentials)].filter(Boolean);
  return blocks.length === 0 ? null : blocks.join("\n");
}

function block(title: string, rows: readonly string[][]): string | null {
  return rows.length === 0 ? null : `\n  ${style.bold(title)}\n${table(rows, "    ")}`;
}

function deployed({ id, state, to, phase, replaced, total, rolledBack, endedAt }: DeploymentStatus): string {
  const at = endedAt === null ? "" : ` at ${timeOf(endedAt)}`;
  if (state === "IN_PROGRESS") return `deployment ${id} to ${to}: ${phase}, ${replaced} of ${total} replaced`;
  if (state === "COMPLETED") return `deployment ${id} was completed${at}`;
  return `deployment ${id} to ${to} ${rolledBack ? "was rolled back" : "failed"}${at}`;
}

function rotated({ step, last, next, failure }: RotationStatus): string {
  const facts = [
    step === null ? null : `being rotated: ${step}`,
    failure === null ? null : `failed: ${failure.step}: ${failure.reason}`,
    last === null ? null : `changed ${new Date(last).toLocaleString()}`,
    next === null ? null : `next ${new Date(next).toLocaleString()}`,
  ];
  return facts.filter((fact) => fact !== null).join(", ");
}

function timeOf(instant: string): string {
  return new Date(instant).toLocaleTimeString();
}
