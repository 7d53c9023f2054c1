import { findDrill } from "#drills/catalog.ts";
import type { DrillName } from "#drills/drill.ts";
import type { DrillReport } from "#drills/report.ts";
import { runDrill } from "#drills/run.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { FaultName } from "#model/faults.ts";
import type { ServiceTimes } from "#simulator/scenarios/result.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import type { SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { Measured, Seen, StoreSeen, Wanted } from "../measured.ts";
import { loadTwin } from "./load.ts";
import { serviceTimesOf } from "./service-times.ts";
import { askStore } from "./stores.ts";

export interface MeasureOptions {
  /** As `busyMachine` said before there was a twin. */
  readonly busy: string | null;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Those that leave least behind come first; what deletes data comes last. */
const ORDER: readonly DrillName[] = [
  "replica-crash",
  "replica-hang",
  "dependency-slow",
  "database-failure",
  "cache-failure",
  "zone-failure",
  "credential-rotation",
  "deployment",
  "bad-deployment",
  "traffic-spike",
  "disaster",
];

/** Rounds of each way: as many as fit into some minutes; those that take longest are done once. */
const ROUNDS: Readonly<Partial<Record<DrillName, number>>> = { "replica-crash": 3, "zone-failure": 3 };

/** What a twin showed, and what one request took there. */
export interface TwinMeasured {
  readonly measured: Measured;
  readonly serviceTimes: ServiceTimes | null;
}

/** Measures everything that is wanted on a running twin. What cannot be measured has its reason. */
export async function measureTwin(
  record: SupervisorRecord,
  architecture: ResolvedArchitecture,
  wanted: Wanted,
  options: MeasureOptions,
): Promise<TwinMeasured> {
  const { busy } = options;
  const client = new ControlClient(record);
  const why = "it was not measured";
  const load = wanted.load
    ? await attempted(options, "load", () => loadTwin(client, architecture, options))
    : { why };
  const stores = new Map<string, Seen<StoreSeen>>();
  for (const name of wanted.stores)
    stores.set(name, await attempted(options, name, () => askStore(client, architecture, name, options)));
  const drills = new Map<DrillName, Seen<DrillReport>>();
  for (const name of [...wanted.drills].toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)))
    drills.set(name, await drill(name, record, architecture, options));
  return {
    measured: {
      busy,
      load: () => load,
      store: (name) => stores.get(name) ?? { why },
      drill: (name) => drills.get(name) ?? { why },
    },
    serviceTimes: "value" in load ? serviceTimesOf(architecture, load.value) : null,
  };
}

async function drill(
  name: DrillName,
  record: SupervisorRecord,
  architecture: ResolvedArchitecture,
  options: MeasureOptions,
): Promise<Seen<DrillReport>> {
  const { signal, say } = options;
  if (!ORDER.includes(name)) return { why: WITHOUT_DRILL[name as FaultName] ?? `no drill shows ${name}` };
  const times = ROUNDS[name] ?? 1;
  return attempted(options, name, () => {
    const chosen = findDrill(name);
    say(`${name}: ${chosen.says}`);
    return runDrill(chosen, record, architecture, {
      times,
      way: null,
      rate: SPIKE_PER_SECOND,
      signal,
      say: (text) => say(`  ${text}`),
    });
  });
}

/** Before a spike; any machine can do four times that. */
const SPIKE_PER_SECOND = 100;

const WITHOUT_DRILL: Readonly<Partial<Record<FaultName, string>>> = {
  "node-failure":
    "a twin has no nodes: its replicas are processes of this machine, so none can be taken from under them",
};

/** An expected failure is the reason why something was not seen, and the next is tried; a bug ends everything. */
async function attempted<Value>(
  { signal, say }: MeasureOptions,
  what: string,
  work: () => Promise<Value>,
): Promise<Seen<Value>> {
  const early = { why: "the verification was ended early" };
  if (signal.aborted) return early;
  try {
    return { value: await work() };
  } catch (error) {
    if (signal.aborted) return early;
    if (!(error instanceof PlumblineError)) throw error;
    say(`${what}: ${error.message}`);
    return { why: error.message.replace(/\.$/, "") };
  }
}
