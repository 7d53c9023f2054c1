import { PlumblineError } from "#model/errors.ts";
import type { Plan, Scene } from "./drill.ts";
import { entryTarget, exampleWrites, sqlStore, writerUrl } from "./endpoints.ts";
import type { ProbeTarget } from "./probe/messages.ts";
import { createDrillTable, dropDrillTable, numbersInTable, numbersWritten } from "./written.ts";

/** The load balancer's clients; a store is a target by its own name. */
export const ENTRY = "load balancer";

/** What one target is, and how what it was told is looked up afterwards. */
export interface TargetLedger {
  readonly target: ProbeTarget;
  readonly stored: () => Promise<ReadonlySet<number> | null>;
  readonly clear: () => Promise<void>;
}

export async function ledgersOf(
  scene: Scene,
  plan: Plan,
  run: string,
): Promise<Record<string, TargetLedger>> {
  const ledgers: Record<string, TargetLedger> = {};
  const entry = httpTarget(scene, plan, run);
  if (entry) {
    ledgers[ENTRY] = {
      target: entry,
      stored: async () => {
        const place = await exampleWrites(scene);
        return place && numbersWritten(place.url, place, run);
      },
      clear: async () => {},
    };
  }
  const store = plan.writesToStore ? sqlStore(scene) : undefined;
  const url = store ? await writerUrl(scene, store.name, plan.zoneAway) : null;
  if (store && url !== null) {
    const table = await createDrillTable(url);
    ledgers[store.name] = {
      target: { kind: "sql", url, table },
      stored: () => numbersInTable(url),
      clear: () => dropDrillTable(url),
    };
  }
  if (Object.keys(ledgers).length > 0) return ledgers;
  throw new PlumblineError(
    "DRILL_UNSUITABLE",
    "Nothing of this twin can be asked whether it answers: it has no listener and no database.",
    "Try it on an architecture with one of them.",
  );
}

/** @param run what the numbers of its requests begin with. */
export function httpTarget(
  scene: Pick<Scene, "architecture" | "status">,
  { asksNode }: Plan,
  run: string,
): ProbeTarget | null {
  const entry = entryTarget(scene, asksNode);
  return entry && { kind: "http", endpoint: entry.endpoint, request: entry.request, run };
}
