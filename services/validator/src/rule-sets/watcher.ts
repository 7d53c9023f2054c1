import { backoff } from "../database/backoff.ts";
import type { Stamp } from "./changes.ts";
import type { RuleLoader } from "./loader.ts";
import type { RuleSnapshot } from "./snapshot.ts";

/** Milliseconds in which announcements are gathered, at most: a burst of changes is one load, and replicas spread. */
const GATHER = 20;

export interface RuleWatcherOptions {
  loader: RuleLoader;
  /** Milliseconds after which a change that nobody announced is seen, at most. */
  poll: number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  random?: () => number;
}

/** For /readyz and metrics. Times are milliseconds since 1970. */
export interface RuleStatus {
  /** Version that decides; undefined before the first load. */
  readonly version: number | undefined;
  readonly stamp: number | undefined;
  /** When the snapshot was last known to be the newest. */
  readonly confirmedAt: number | undefined;
  /** Why what decides is not, or may not be, what was last published; undefined where it is. */
  readonly problem: string | undefined;
  readonly loads: number;
  readonly failures: number;
}

/** Keeps the rules in memory as the database has them. */
export interface RuleWatcher {
  /** The rules to decide by; undefined as long as none could be loaded. */
  readonly current: RuleSnapshot | undefined;
  readonly status: RuleStatus;
  /** Begins; resolves after the first attempt, whether it succeeds or not. */
  start(): Promise<void>;
  /** There may be something new: change `stamp`, where that is known. */
  poke(stamp?: number): void;
  /** Told of each new snapshot from now on; the result ends that. */
  onSwap(listener: (snapshot: RuleSnapshot) => void): () => void;
  /** Ends; resolves when nothing is being loaded any more. */
  stop(): Promise<void>;
}

/**
 * Looks for changes when it is poked and, in any case, once in each `poll`. One load runs at a time; what comes while it
 * runs is one more. A load that fails changes nothing: decisions go on by the rules that are there.
 */
export function createRuleWatcher(options: RuleWatcherOptions): RuleWatcher {
  const { loader, poll, log, random = Math.random } = options;
  const listeners = new Set<(snapshot: RuleSnapshot) => void>();
  let current: RuleSnapshot | undefined;
  let confirmedAt: number | undefined;
  let problem: string | undefined;
  let loads = 0;
  let failuresInARow = 0;
  let failures = 0;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let gathering: NodeJS.Timeout | undefined;
  let polling: NodeJS.Timeout | undefined;

  function look(): Promise<void> {
    if (stopped) return Promise.resolve();
    if (running === undefined) running = lookWhileAsked();
    else again = true;
    return running;
  }

  async function lookWhileAsked(): Promise<void> {
    do {
      again = false;
      await lookOnce();
    } while (again);
    // In the turn of the last question: who asks from now on starts another round.
    running = undefined;
  }

  async function lookOnce(): Promise<void> {
    try {
      const stamp = await loader.stamp();
      if (current === undefined || !isSame(stamp, current.stamp)) swap(await loader.load(current));
      confirmedAt = Date.now();
      failuresInARow = 0;
      tell(describeUnrunnable(current));
    } catch (error) {
      failures++;
      failuresInARow++;
      tell(describeError(error));
    }
  }

  function swap(snapshot: RuleSnapshot): void {
    const before = current;
    current = snapshot;
    loads++;
    const { live, shadows, stamp } = snapshot;
    if (before?.live !== live) {
      log.info(
        { version: live.version, hash: live.hash, stamp: stamp.stamp, shadows: shadows.length },
        "rules are live",
      );
    }
    for (const listener of listeners) listener(snapshot);
  }

  /** The same trouble, every few seconds, is logged once. */
  function tell(next: string | undefined): void {
    if (next === problem) return;
    problem = next;
    const version = current?.live.version;
    if (next === undefined) log.info({ version }, "the rules are up to date again");
    else log.warn({ version, problem: next }, "the rules may not be those that were last published");
  }

  function schedulePoll(): void {
    if (stopped) return;
    const wait = poll * (0.75 + 0.25 * random());
    // Without any rules nothing is decided: that is worth asking again soon.
    polling = setTimeout(
      () => void look().then(schedulePoll),
      current === undefined ? Math.min(wait, backoff(failuresInARow + 1, random)) : wait,
    );
  }

  return {
    get current() {
      return current;
    },
    get status() {
      const [version, stamp] = [current?.live.version, current?.stamp.stamp];
      return { version, stamp, confirmedAt, problem, loads, failures };
    },
    async start() {
      await look();
      schedulePoll();
    },
    poke(stamp) {
      if (stopped || gathering !== undefined || (stamp !== undefined && stamp === current?.stamp.stamp))
        return;
      gathering = setTimeout(() => {
        gathering = undefined;
        void look();
      }, GATHER * random());
    },
    onSwap(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopped = true;
      again = false;
      clearTimeout(gathering);
      clearTimeout(polling);
      await running;
    },
  };
}

const isSame = (a: Stamp | undefined, b: Stamp) => a?.stamp === b.stamp && a.token === b.token;

function describeUnrunnable(snapshot: RuleSnapshot | undefined): string | undefined {
  const [first] = snapshot?.unrunnable ?? [];
  return first && `version ${first.version} (${first.state}) cannot be run here: ${first.message}`;
}

function describeError(error: unknown): string {
  const { message, reasons } = error as Error & { reasons?: readonly { message: string }[] };
  return reasons?.[0]?.message ?? message;
}
