import type { Check } from "./check.ts";
import { checkAddresses } from "./addresses.ts";
import { checkDatabases } from "./databases.ts";
import { checkEntry } from "./entry.ts";
import { checkHealth } from "./health.ts";
import { checkObjectives } from "./objectives.ts";
import { checkReferences } from "./references.ts";
import { checkReplicas } from "./replicas.ts";
import { checkSources } from "./sources.ts";
import { checkSubnets } from "./subnets.ts";

/** Every rule about how values go together; a new one is added here and nowhere else. */
export const CHECKS: readonly Check[] = [
  checkReferences,
  checkSubnets,
  checkAddresses,
  checkEntry,
  checkHealth,
  checkReplicas,
  checkDatabases,
  checkObjectives,
  checkSources,
];
