import type { ObjectiveKind, Promised } from "../promises.ts";
import type { VerifyCheck } from "../report.ts";
import { connections } from "./connections.ts";
import { continuity } from "./continuity.ts";
import { cost } from "./cost.ts";
import { dataFlow } from "./data-flow.ts";
import { dataLoss } from "./data-loss.ts";
import { latency } from "./latency.ts";
import type { Evidence, Maker } from "./maker.ts";
import { rebuild } from "./rebuild.ts";
import { recovery } from "./recovery.ts";
import { redundancy } from "./redundancy.ts";
import { relief } from "./relief.ts";
import { saving } from "./saving.ts";
import { throughput } from "./throughput.ts";
import { utilisation } from "./utilisation.ts";

/** Who makes the checks of each kind of objective. A new kind does not compile until it is here. */
const MAKERS: { readonly [Kind in ObjectiveKind]: Maker<Kind> } = {
  recovery,
  "data-loss": dataLoss,
  continuity,
  latency,
  throughput,
  "data-flow": dataFlow,
  connections,
  utilisation,
  cost,
  saving,
  redundancy,
  rebuild,
  relief,
};

export const OBJECTIVE_KINDS = Object.keys(MAKERS) as ObjectiveKind[];

/** The checks of one promise, at least one. */
export function checksOf(promised: Promised, evidence: Evidence): readonly VerifyCheck[] {
  const maker = MAKERS[promised.kind] as Maker<ObjectiveKind>;
  return maker(promised, evidence);
}
