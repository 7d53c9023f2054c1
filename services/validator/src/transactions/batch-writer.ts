import { backoff } from "../database/backoff.ts";
import { isFaultOfRows, StoreUnavailable } from "../database/errors.ts";

/** The queue is full: the caller should come back later. */
export class QueueFull extends Error {
  constructor() {
    super("Too many decisions are waiting to be written.");
  }
}

export interface BatchWriterOptions<Row, Stored> {
  /** Writes rows durably, one result each; may be repeated with the same rows after a failure. */
  write: (rows: readonly Row[]) => Promise<readonly Stored[]>;
  maxRows: number;
  maxInFlight: number;
  maxQueued: number;
  onFailure?: (error: unknown, rows: number) => void;
  random?: () => number;
}

export interface BatchWriter<Row, Stored> {
  /**
   * Resolves once the row is durable; rejects with QueueFull, with the fault of the row, or with StoreUnavailable
   * after `deadline` milliseconds.
   */
  add(row: Row, deadline: number): Promise<Stored>;
  /** Rows that wait or are being written. */
  readonly size: number;
  /** Resolves when everything added has been answered. */
  idle(): Promise<void>;
}

interface Entry<Row, Stored> {
  row: Row;
  expires: number;
  settled: boolean;
  resolve: (stored: Stored) => void;
  reject: (error: unknown) => void;
}

/** How often deadlines are looked at: one timer for all rows is far cheaper than one each. */
const SWEEP = 50;

/** Rows that are worth a write at once: by itself it costs service, database and standby about as much as fifteen. */
const WORTHWHILE = 50;
/**
 * Milliseconds from the start of a write to that of the next one for fewer rows, and as many again for each that is
 * still in flight: where writes take long, more rows share one.
 */
const PACE = 4;

/**
 * Turns concurrent rows into few writes: one that may start takes all that wait, up to `maxRows`, so batches grow with
 * the load. A row that comes a while after the write before waits for nobody.
 */
export function createBatchWriter<Row, Stored>(
  options: BatchWriterOptions<Row, Stored>,
): BatchWriter<Row, Stored> {
  const { write, maxRows, maxInFlight, maxQueued, random = Math.random } = options;
  type Item = Entry<Row, Stored>;
  let queue: Item[] = [];
  const flying = new Set<readonly Item[]>();
  let size = 0;
  let failures = 0;
  let pumping = false;
  let resting: NodeJS.Timeout | undefined;
  let pacer: NodeJS.Timeout | undefined;
  let lastStart = -Infinity;
  let sweeper: NodeJS.Timeout | undefined;
  const idlers: (() => void)[] = [];

  function add(row: Row, deadline: number): Promise<Stored> {
    if (size >= maxQueued) return Promise.reject(new QueueFull());
    return new Promise((resolve, reject) => {
      queue.push({ row, expires: performance.now() + deadline, settled: false, resolve, reject });
      size++;
      sweeper ??= setInterval(sweep, SWEEP);
      schedule();
    });
  }

  /** Requests that arrive in one turn of the event loop share a batch. */
  function schedule(): void {
    if (pumping || !mayStart()) return;
    pumping = true;
    setImmediate(pump);
  }

  /** Where it is only too early for the rows that wait, `schedule` is called again when it is not any more. */
  function mayStart(): boolean {
    // After a failure one write at a time feels whether the store is back.
    const limit = failures > 0 ? 1 : maxInFlight;
    if (queue.length === 0 || resting !== undefined || flying.size >= limit) return false;
    if (queue.length >= Math.min(WORTHWHILE, maxRows)) return true;
    const early = lastStart + PACE * (1 + flying.size) - performance.now();
    if (early <= 0) return true;
    pacer ??= setTimeout(() => {
      pacer = undefined;
      schedule();
    }, Math.ceil(early));
    return false;
  }

  function pump(): void {
    pumping = false;
    while (mayStart()) {
      lastStart = performance.now();
      const batch = queue.length <= maxRows ? queue : queue.slice(0, maxRows);
      queue = queue.length <= maxRows ? [] : queue.slice(maxRows);
      void flush(batch);
    }
  }

  async function flush(batch: readonly Item[]): Promise<void> {
    flying.add(batch);
    try {
      await writeOrSplit(batch);
      failures = 0;
    } catch (error) {
      failures++;
      options.onFailure?.(error, batch.length);
      // Whether the rows were written is unknown; writing them again is safe.
      queue = [...batch.filter(({ settled }) => !settled), ...queue];
      rest();
    } finally {
      flying.delete(batch);
    }
    // With one fewer in flight the next one is due sooner.
    clearTimeout(pacer);
    pacer = undefined;
    schedule();
  }

  /** Rejects the rows that are at fault themselves; throws where it is the store. */
  async function writeOrSplit(batch: readonly Item[]): Promise<void> {
    try {
      const stored = await write(batch.map(({ row }) => row));
      for (const [index, entry] of batch.entries()) accept(entry, stored[index] as Stored);
    } catch (error) {
      if (!isFaultOfRows(error)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) {
        refuse(only, error);
        return;
      }
      // One bad row must not take the others down: halves find it in few writes.
      const middle = batch.length >> 1;
      await writeOrSplit(batch.slice(0, middle));
      await writeOrSplit(batch.slice(middle));
    }
  }

  function rest(): void {
    resting ??= setTimeout(
      () => {
        resting = undefined;
        schedule();
      },
      backoff(failures, random),
    );
  }

  function sweep(): void {
    const now = performance.now();
    const expire = (entry: Item) => {
      if (now >= entry.expires) refuse(entry, new StoreUnavailable());
    };
    for (const batch of flying) batch.forEach(expire);
    if (queue.some(({ expires }) => now >= expires)) {
      queue.forEach(expire);
      queue = queue.filter(({ settled }) => !settled);
    }
    if (size > 0) return;
    clearInterval(sweeper);
    sweeper = undefined;
  }

  function accept(entry: Item, stored: Stored): void {
    if (entry.settled) return;
    entry.resolve(stored);
    settle(entry);
  }

  function refuse(entry: Item, error: unknown): void {
    if (entry.settled) return;
    entry.reject(error);
    settle(entry);
  }

  function settle(entry: Item): void {
    entry.settled = true;
    if (--size === 0) for (const done of idlers.splice(0)) done();
  }

  return {
    add,
    get size() {
      return size;
    },
    idle: () => (size === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  };
}
