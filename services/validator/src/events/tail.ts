// What is new, for those of this replica's people who listen: read once for all of them, from Redis where it has it and
// from the log where it has not. Nothing is read while nobody listens.
import type { Cache } from "../cache/cache.ts";
import type { Session } from "../database/session.ts";
import { envelopeOf, type Origin } from "./event.ts";
import { readLog } from "./log.ts";
import { NEWS, readStream, type ToldEvent } from "./redis.ts";
import { readRelay } from "./relay-row.ts";

export interface Tail {
  /** Number of the newest event that may be told. */
  readonly newest: number;
  /** Looks how far the log is; to be called before `newest` counts. */
  refresh(): Promise<void>;
  /** Events after a number, in order; `reached` is the number to go on from. */
  read(after: number): Promise<{ readonly events: readonly ToldEvent[]; readonly reached: number }>;
  /**
   * Called when there is something new, from now on; the result ends that. `from` is given where a failover has put other
   * events in the place of those that were told: what follows that number is to be told again.
   */
  listen(listener: (from?: number) => void): () => void;
}

export interface TailParts {
  readonly session: Session;
  readonly cache: Cache;
  readonly origin: Origin;
}

/** Milliseconds after which an event is seen that Redis did not announce. */
const POLL = 1000;
/** Events that are read at once. */
const PAGE = 200;
/** Events that are kept in memory for all who listen. */
const RECENT = 1000;

export function createTail({ session, cache, origin }: TailParts): Tail {
  const listeners = new Set<(from?: number) => void>();
  let newest = 0;
  /** Of the relay, when it was looked at last; undefined before. */
  let term: string | null | undefined;
  /** Up to where it was taken up; undefined until it is known how far the log is. */
  let taken: number | undefined;
  let recent: ToldEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let endSubscription: (() => void) | undefined;
  let reading: Promise<void> | undefined;

  /** Whatever is at hand: the next ones without a gap, or else what the log has. */
  async function fetch(after: number) {
    const first = recent[0]?.number ?? Number.POSITIVE_INFINITY;
    if (after >= first - 1) {
      const events = recent.slice(after - first + 1, after - first + 1 + PAGE);
      if (events.length > 0) return { events, reached: events.at(-1)?.number ?? after };
    }
    if (cache.state.status === "ready") {
      const events = await readStream(cache, after, PAGE).catch(() => []);
      const isNext = events.every(({ number }, index) => number === after + 1 + index);
      if (events.length > 0 && isNext) return { events, reached: events.at(-1)?.number ?? after };
    }
    const page = await readLog(session, { after, to: newest, limit: PAGE });
    const events = page.events.map((event) => {
      const { number, kind } = event;
      return { number, kind, json: envelopeOf(event, origin) };
    });
    return { events, reached: page.reached };
  }

  /** Takes up what is new, once for all. */
  async function advance(): Promise<void> {
    taken ??= newest;
    while (taken < newest && listeners.size > 0) {
      const { events, reached } = await fetch(taken);
      if (reached <= taken) break;
      // Without a gap, so that places can be reckoned.
      const isGapless = events.length === reached - taken && (recent.at(-1)?.number ?? taken) === taken;
      recent = isGapless ? [...recent, ...events].slice(-RECENT) : [];
      taken = reached;
    }
    for (const listener of listeners) listener();
  }

  function look(number: number): void {
    if (number <= newest) return;
    newest = number;
    reading ??= advance()
      // The listeners read for themselves what is missing here.
      .catch(() => listeners.forEach((listener) => listener()))
      .finally(() => (reading = undefined));
  }

  async function refresh(): Promise<void> {
    const row = await readRelay(session);
    const end = Math.max(row.durable, row.published);
    if (term !== undefined && term !== row.term) rewind(row.termFrom, end);
    term = row.term;
    look(end);
  }

  /** What follows number `from` may be other events than those that were told. */
  function rewind(from: number, end: number): void {
    recent = [];
    newest = end;
    taken = end;
    for (const listener of listeners) listener(from);
  }

  function poll(): void {
    timer = setTimeout(
      () =>
        void refresh()
          .catch(() => {})
          .finally(() => endSubscription && poll()),
      POLL,
    );
  }

  function begin(): void {
    endSubscription = cache.subscribe(NEWS, {
      onMessage: (message) => {
        if (!/^\d{1,15}$/.test(message)) return;
        if (Number(message) > newest) look(Number(message));
        // Told again, or of a log that went back: the database knows.
        else void refresh().catch(() => {});
      },
      onStanding: () => void refresh().catch(() => {}),
    });
    poll();
  }

  function end(): void {
    endSubscription?.();
    endSubscription = undefined;
    clearTimeout(timer);
    recent = [];
    taken = undefined;
  }

  return {
    get newest() {
      return newest;
    },
    refresh,
    read: fetch,
    listen(listener) {
      if (listeners.size === 0) begin();
      listeners.add(listener);
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) end();
      };
    },
  };
}
