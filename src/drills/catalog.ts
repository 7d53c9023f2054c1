import { PlumblineError } from "#model/errors.ts";
import { nearest } from "#model/nearest.ts";
import { badDeployment } from "./bad-deployment.ts";
import { credentialRotation } from "./credential-rotation.ts";
import { dependencySlow } from "./dependency-slow.ts";
import { deployment } from "./deployment.ts";
import { disaster } from "./disaster.ts";
import type { Drill } from "./drill.ts";
import { replicaCrash } from "./replica-crash.ts";
import { replicaHang } from "./replica-hang.ts";
import { cacheFailure, databaseFailure } from "./store-failure.ts";
import { trafficSpike } from "./traffic-spike.ts";
import { zoneFailure } from "./zone-failure.ts";

export const DRILLS: readonly Drill[] = [
  replicaCrash,
  replicaHang,
  zoneFailure,
  databaseFailure,
  cacheFailure,
  dependencySlow,
  deployment,
  badDeployment,
  credentialRotation,
  trafficSpike,
  disaster,
];

/** @throws PlumblineError DRILL_NOT_FOUND */
export function findDrill(name: string): Drill {
  const found = DRILLS.find((drill) => drill.name === name);
  if (found) return found;
  const names = DRILLS.map((drill) => drill.name);
  const likely = nearest(name, names);
  throw new PlumblineError(
    "DRILL_NOT_FOUND",
    `There is no drill "${name}".`,
    `${likely === undefined ? "" : `Did you mean "${likely}"? `}There are: ${names.join(", ")}.`,
  );
}
