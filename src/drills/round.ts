import type { TwinStatus } from "#twin/status.ts";
import type { Begun, Drill, Plan, Scene } from "./drill.ts";
import { compareLedger, type Ledger } from "./ledger.ts";
import { LASTING_MS, measureOutage, type Outage } from "./outage.ts";
import { Probe } from "./probe/launch.ts";
import type { ProbeState } from "./probe/messages.ts";
import { ENTRY, httpTarget, ledgersOf } from "./round-targets.ts";
import { clock, type Sample } from "./samples.ts";
import { Watch } from "./watch.ts";

/** How clients of one target have fared. */
export interface TargetFigures extends Outage {
  readonly target: string;
  /** Null where nothing is written, or nobody says where it is found. */
  readonly ledger: Ledger | null;
}

/** What one round has shown. Times are milliseconds. */
export interface RoundFigures {
  readonly way: string;
  readonly what: string;
  /** Whether anything was: not where requests failed before that. */
  readonly isBroken: boolean;
  /** Whether nobody ended it before service was back: its end may be the healing's doing then. */
  readonly isWhole: boolean;
  /** When the fault began, RFC 3339. */
  readonly at: string;
  /** From the fault to the twin's first event about it; null where there was none. */
  readonly detectionMs: number | null;
  /** From the fault until the twin says that everything is as it should be; null where it saw nothing wrong, or still does. */
  readonly recoveryMs: number | null;
  /** From the fault until it was ended; null where it needs no ending. */
  readonly healedMs: number | null;
  readonly targets: readonly TargetFigures[];
  readonly figures: Readonly<Record<string, number | null>>;
  /** How old lost writes may be by what the system itself says; null where none may be lost. */
  readonly lossWithinMs: number | null;
  /** What is still not as it should be, by name. */
  readonly left: readonly string[];
}

/** Acknowledged by each target before anything is broken. */
const ENOUGH = 20;
const BASELINE_WITHIN_MS = 10_000;
/** What has not answered once by then will not. */
const FIRST_ANSWER_WITHIN_MS = 3_000;
/** A rollout, a restore and the time-outs of the document's profile fit in. */
const RECOVERED_WITHIN_MS = { local: 300_000, document: 1_800_000 } as const;
/** Whoever has asked to end early waits no longer than this for the twin to settle. */
const INTERRUPTED_MS = 60_000;
/** The longest time-out of the probe: what was under way is known by then. */
const IN_FLIGHT_MS = 1000;

/** Runs a drill once: probes, breaks, waits for recovery, heals, and looks what is left of what was acknowledged. */
export async function runRound(drill: Drill, scene: Scene, way: string): Promise<RoundFigures> {
  const plan = await drill.plan(scene, way);
  // The time makes the round's numbers its own.
  const run = String(Date.now());
  const ledgers = await ledgersOf(scene, plan, run);
  const watch = new Watch(scene.client);
  const probe = new Probe({ targets: mapValues(ledgers, ({ target }) => target) });
  try {
    const isProbing = await answersBefore(probe, scene.signal);
    scene.signal.throwIfAborted();
    const seen = isProbing ? await breakAndHeal(scene, { plan, watch, probe, run }) : nothingBroken(probe);
    const samples = await probe.stop();
    const { at, what, isBroken, isWhole, healedAt, settledAt, detectedAt, figures, lossWithinMs } = seen;
    const targets: TargetFigures[] = [];
    const left = [...seen.left];
    for (const [name, { stored }] of Object.entries(ledgers)) {
      // What cannot be looked up may be lost.
      const numbers = await stored().catch(({ message }: Error) => {
        left.push(`what was written through ${name}, which cannot be read (${message})`);
        return null;
      });
      targets.push(figuresOf(name, samples[name] ?? [], seen, numbers));
    }
    return {
      way,
      what,
      isBroken,
      isWhole,
      at: new Date(at).toISOString(),
      detectionMs: since(at, detectedAt),
      recoveryMs: since(at, settledAt),
      healedMs: since(at, healedAt),
      targets,
      figures,
      lossWithinMs,
      left,
    };
  } finally {
    await probe.stop().catch(() => {});
    await watch.end();
    for (const { clear } of Object.values(ledgers)) await clear().catch(() => {});
  }
}

interface Round {
  readonly plan: Plan;
  readonly watch: Watch;
  readonly probe: Probe;
  /** What the numbers of its requests begin with. */
  readonly run: string;
}

interface Seen {
  readonly at: number;
  readonly what: string;
  readonly healedAt: number | null;
  readonly settledAt: number | null;
  readonly detectedAt: number | null;
  readonly figures: Readonly<Record<string, number | null>>;
  readonly lossWithinMs: number | null;
  readonly left: readonly string[];
  readonly isBroken: boolean;
  readonly isWhole: boolean;
}

/** Whatever happens, and also where somebody asks to end early: what was broken is healed, and the twin may settle. */
async function breakAndHeal(scene: Scene, { plan, watch, probe, run }: Round): Promise<Seen> {
  const { signal, status, say } = scene;
  const withinMs = RECOVERED_WITHIN_MS[status.profile];
  watch.restart();
  const begun = await plan.begin();
  say(begun.what);
  const isRecovered = () => {
    const noticed = !plan.isNoticed || watch.detected(plan.parts, begun.at) !== null;
    const seen = begun.isSeen?.() ?? true;
    return noticed && seen && clock() > begun.at + 2 * LASTING_MS && all(isWell)(probe.states);
  };
  let healedAt: number | null = null;
  let isOver: TwinStatus | null = null;
  try {
    await begun.repair?.();
    const moved = begun.repair && httpTarget({ ...scene, status: await scene.client.status() }, plan, run);
    if (moved) probe.redirect(ENTRY, moved);
    const endsByItself = begun.heal === undefined;
    isOver = await watch.until((now) => isRecovered() && (!endsByItself || isSettled(now, plan)), {
      withinMs,
      signal,
    });
  } finally {
    if (!isOver) {
      say(signal.aborted ? "is ended early" : `has not recovered: ${stillFailing(probe)}`);
      await begun.abandon?.();
    }
    healedAt = await heal(begun, say);
  }
  const patienceMs = signal.aborted ? INTERRUPTED_MS : withinMs;
  const settled = await watch.until((now) => isSettled(now, plan), { withinMs: patienceMs });
  if (!signal.aborted) await probe.until(all(isWell), { withinMs: 3 * IN_FLIGHT_MS, signal });
  return {
    at: begun.at,
    what: begun.what,
    healedAt,
    settledAt: watch.settledAt,
    detectedAt: watch.detected(plan.parts, begun.at),
    figures: (await begun.figures?.()) ?? {},
    lossWithinMs: begun.lossWithinMs ?? null,
    left: settled ? [] : await leftOf(scene, plan),
    isBroken: true,
    isWhole: isOver !== null || !signal.aborted,
  };
}

async function heal({ heal: end }: Begun, say: Scene["say"]): Promise<number | null> {
  if (!end) return null;
  await end();
  say("is healed");
  return clock();
}

function isSettled(status: TwinStatus, plan: Plan): boolean {
  return status.phase === "running" && (plan.isOver?.(status) ?? true);
}

function all(holds: (state: ProbeState) => boolean) {
  return (states: Readonly<Record<string, ProbeState>>) =>
    Object.keys(states).length > 0 && Object.values(states).every(holds);
}

/** Whether all targets answer as they should, as long as nothing is broken. */
async function answersBefore(probe: Probe, signal: AbortSignal): Promise<boolean> {
  const answers = all(({ succeeded }) => succeeded > 0);
  if (!(await probe.until(answers, { withinMs: FIRST_ANSWER_WITHIN_MS, signal }))) return false;
  const isCalm = all(
    ({ succeeded, wellSince }) => succeeded >= ENOUGH && clock() - wellSince > LASTING_MS / 4,
  );
  return probe.until(isCalm, { withinMs: BASELINE_WITHIN_MS, signal });
}

/** What would be measured is not there before the fault either: the round is not worth a fault. */
function nothingBroken(probe: Probe): Seen {
  const what = `nothing was broken, because requests failed before that: ${stillFailing(probe)}`;
  return {
    at: clock(),
    what,
    healedAt: null,
    settledAt: null,
    detectedAt: null,
    figures: {},
    lossWithinMs: null,
    left: [],
    isBroken: false,
    isWhole: true,
  };
}

/** What is not as it should be; where that is nothing, what was to be over is not. */
async function leftOf({ client }: Scene, { parts }: Plan): Promise<readonly string[]> {
  const { unsettled } = await client.status();
  return unsettled.length > 0 ? unsettled : parts.slice(0, 1);
}

function stillFailing(probe: Probe): string {
  const failing = Object.entries(probe.states).filter(([, state]) => !isWell(state));
  return failing
    .map(
      ([target, { succeeded, failed, lastError }]) =>
        `${target}: ${succeeded} answers, ${failed} failed, ${lastError ?? "none yet"}`,
    )
    .join("; ");
}

/** Success has lasted, and nothing is under way whose failure is still to come. */
function isWell({ wellSince }: ProbeState): boolean {
  return clock() - wellSince > LASTING_MS + IN_FLIGHT_MS / 2;
}

function figuresOf(
  target: string,
  samples: readonly Sample[],
  { at, healedAt }: Seen,
  stored: ReadonlySet<number> | null,
): TargetFigures {
  const outage = measureOutage(samples, at, healedAt ?? Infinity);
  return { target, ...outage, ledger: stored && compareLedger(samples, stored, at) };
}

function since(at: number, then: number | null): number | null {
  return then === null ? null : Math.max(0, then - at);
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
