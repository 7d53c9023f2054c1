import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import type { SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { TwinStatus } from "#twin/status.ts";
import type { Drill, Scene } from "./drill.ts";
import { promisesAbout } from "./judge.ts";
import { type DrillReport, reportOf } from "./report.ts";
import { type RoundFigures, runRound } from "./round.ts";
import { Watch } from "./watch.ts";

export interface DrillOptions {
  /** Rounds of each way. */
  readonly times: number;
  /** Null: all that the drill has, in turn. */
  readonly way: string | null;
  /** Of the load before a spike, in requests a second. */
  readonly rate: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  readonly onRound?: (round: RoundFigures, number: number) => void;
}

/** A twin that something has just been done to may take so long to be as it should be. */
const HEALTHY_WITHIN_MS = 60_000;

/** More than a round takes. */
const HOLD_MS = 1_800_000;

/**
 * Runs a drill on a running twin, as often as is wanted, and judges what it has shown.
 * @throws PlumblineError DRILL_UNSUITABLE, DRILL_TWIN_UNHEALTHY before anything is broken.
 */
export async function runDrill(
  drill: Drill,
  record: SupervisorRecord,
  architecture: ResolvedArchitecture,
  { times, way, rate, signal, say, onRound }: DrillOptions,
): Promise<DrillReport> {
  const client = new ControlClient(record);
  const ways = way === null ? drill.ways : [way];
  const rounds: RoundFigures[] = [];
  try {
    for (let number = 0; number < times * ways.length && !signal.aborted; number++) {
      const isReady = (number > 0 && drill.isReadyAgain) || (() => true);
      const status = await healthy(client, isReady, signal);
      // A backup in the background takes processor time, and a drill would measure that.
      await client.holdBackups(HOLD_MS);
      const scene: Scene = { client, architecture, status, round: number, rate, signal, say };
      const round = await runRound(drill, scene, ways[number % ways.length] as string);
      if (!round.isWhole && round.left.length === 0) break;
      rounds.push(round);
      onRound?.(round, number);
      if (round.left.length > 0) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await client.holdBackups(0).catch(() => {});
  }
  const promised = promisesAbout(architecture, drill.name);
  return reportOf(drill, await client.status(), promised, rounds, signal.aborted);
}

function isWell({ phase, faults }: TwinStatus): boolean {
  return phase === "running" && faults.length === 0;
}

/** What is broken already would be measured as well. */
async function healthy(
  client: ControlClient,
  isReady: (status: TwinStatus) => boolean,
  signal: AbortSignal,
): Promise<TwinStatus> {
  const watch = new Watch(client);
  try {
    const status = await watch.until((status) => isWell(status) && isReady(status), {
      withinMs: HEALTHY_WITHIN_MS,
      signal,
    });
    if (status) return status;
    signal.throwIfAborted();
    const { name, unsettled, faults } = await client.status();
    const why = [...unsettled, ...faults.map(({ description }) => description)].join("; ");
    throw new PlumblineError(
      "DRILL_TWIN_UNHEALTHY",
      `Something of ${name} is not as it should be, and a drill would measure that as well: ${why}.`,
      `See \`plumbline status ${name}\`; what was broken on purpose is mended with \`plumbline heal\`.`,
    );
  } finally {
    await watch.end();
  }
}
