/**
 * The workers of a replica, as a pure state machine: which are started, when one that has ended is started again, and
 * which are ended by force because they are silent. Times are milliseconds of a clock that only goes forward.
 *
 * As with Gunicorn's arbiter: a worker that ends is replaced, one that is silent for too long is killed, and where no
 * worker has ever come up the whole service ends, for what is wrong then is its environment.
 * https://gunicorn.org/design/ and https://gunicorn.org/reference/settings/#timeout
 */
export interface CrewSettings {
  readonly workers: number;
  /** After so long without a sign a worker is taken to hang. */
  readonly silenceMs: number;
  /** As long may pass from a worker's start until it listens. */
  readonly startMs: number;
  /** The wait before the second start in a row; it doubles, and the first does not wait. */
  readonly backoffMs: number;
  readonly longestBackoffMs: number;
  /** What has listened for so long has proved itself. */
  readonly provenMs: number;
}

export interface Worker {
  /** From 1 on; who takes another's place has its number. */
  readonly number: number;
  /** `waiting` has no process, and gets one at `retryAt`. */
  readonly phase: "starting" | "listening" | "waiting" | "killed" | "ended";
  readonly heardAt: number;
  readonly listeningSince: number | null;
  readonly retryAt: number;
  /** How many times in a row it has ended without having proved itself. */
  readonly failures: number;
}

export interface Crew {
  readonly settings: CrewSettings;
  readonly workers: readonly Worker[];
  readonly stopping: boolean;
  /** Whether any worker has ever listened. */
  readonly hasListened: boolean;
  readonly asOf: number;
}

export type CrewEvent =
  | { readonly kind: "tick" | "stop" }
  | { readonly kind: "listening" | "heard" | "ended"; readonly number: number };

export type CrewAction =
  | { readonly kind: "fork" | "terminate" | "kill"; readonly number: number }
  /** Nothing of it runs any more; `well` where it was told to stop. */
  | { readonly kind: "over"; readonly well: boolean };

export interface CrewStep {
  readonly crew: Crew;
  readonly actions: readonly CrewAction[];
}

/** Everybody starts at once. */
export function startCrew(settings: CrewSettings, now: number): CrewStep {
  const workers = Array.from({ length: settings.workers }, (_, index) => started(index + 1, 0, now));
  return {
    crew: { settings, workers, stopping: false, hasListened: false, asOf: now },
    actions: workers.map(({ number }) => ({ kind: "fork", number })),
  };
}

export function stepCrew(before: Crew, event: CrewEvent, now: number): CrewStep {
  const crew = { ...awake(before, now), asOf: now };
  switch (event.kind) {
    case "tick":
      return crew.stopping ? still(crew) : look(crew, now);
    case "stop":
      return crew.stopping ? still(crew) : stop(crew);
    case "heard":
      return still(
        change(crew, event.number, (worker) =>
          worker.phase === "starting" ? worker : { ...worker, heardAt: now },
        ),
      );
    case "listening": {
      const listens = change(crew, event.number, (worker) =>
        worker.phase === "starting"
          ? { ...worker, phase: "listening", heardAt: now, listeningSince: now }
          : worker,
      );
      return still({ ...listens, hasListened: true });
    }
    case "ended":
      return ended(crew, event.number, now);
  }
}

function ended(crew: Crew, number: number, now: number): CrewStep {
  if (crew.stopping) {
    const left = change(crew, number, (worker) => ({ ...worker, phase: "ended" }));
    return { crew: left, actions: left.workers.every(isOver) ? [{ kind: "over", well: true }] : [] };
  }
  if (!crew.hasListened) return { crew, actions: [{ kind: "over", well: false }] };
  const waiting = change(crew, number, (worker) => {
    const { listeningSince } = worker;
    const isProven = listeningSince !== null && now - listeningSince >= crew.settings.provenMs;
    const failures = isProven ? 1 : worker.failures + 1;
    return { ...worker, phase: "waiting", failures, retryAt: now + backoff(failures, crew.settings) };
  });
  return look(waiting, now);
}

/** Starts who is due, and ends who hangs. */
function look(crew: Crew, now: number): CrewStep {
  const actions: CrewAction[] = [];
  const workers = crew.workers.map((worker): Worker => {
    const { number, phase, heardAt } = worker;
    if (phase === "waiting" && now >= worker.retryAt) {
      actions.push({ kind: "fork", number });
      return started(number, worker.failures, now);
    }
    if (now - heardAt < patience(phase, crew.settings)) return worker;
    actions.push({ kind: "kill", number });
    return { ...worker, phase: "killed" };
  });
  return { crew: { ...crew, workers }, actions };
}

function stop(crew: Crew): CrewStep {
  const workers = crew.workers.map((worker): Worker =>
    worker.phase === "waiting" ? { ...worker, phase: "ended" } : worker,
  );
  const running = workers.filter((worker) => !isOver(worker));
  return {
    crew: { ...crew, workers, stopping: true },
    actions:
      running.length === 0
        ? [{ kind: "over", well: true }]
        : running.map(({ number }) => ({ kind: "terminate", number })),
  };
}

/** Who was itself stopped for a while, as by SIGSTOP, cannot say that others were silent. */
function awake(crew: Crew, now: number): Crew {
  if (now - crew.asOf < crew.settings.silenceMs / 2) return crew;
  return { ...crew, workers: crew.workers.map((worker) => ({ ...worker, heardAt: now })) };
}

/** Programs load before they give a sign, which takes its time on a busy machine. */
function patience(phase: Worker["phase"], { silenceMs, startMs }: CrewSettings): number {
  if (phase === "starting") return startMs;
  return phase === "listening" ? silenceMs : Number.POSITIVE_INFINITY;
}

function backoff(failures: number, { backoffMs, longestBackoffMs }: CrewSettings): number {
  return failures <= 1 ? 0 : Math.min(longestBackoffMs, backoffMs * 2 ** (failures - 2));
}

function started(number: number, failures: number, now: number): Worker {
  return { number, phase: "starting", heardAt: now, listeningSince: null, retryAt: 0, failures };
}

function change(crew: Crew, number: number, make: (worker: Worker) => Worker): Crew {
  return { ...crew, workers: crew.workers.map((each) => (each.number === number ? make(each) : each)) };
}

function isOver({ phase }: Worker): boolean {
  return phase === "ended";
}

function still(crew: Crew): CrewStep {
  return { crew, actions: [] };
}
