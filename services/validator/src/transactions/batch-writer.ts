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
  added: number;
  expires: number;
  settled: boolean;
  resolve: (stored: Stored) => void;
  reject: (error: unknown) => void;
}

/** How often deadlines are looked at: one timer for all rows is far cheaper than one each. */
const SWEEP = 50;

/** Rows that are worth a write beside those in flight: by itself it costs both sides about as much as ten rows. */
const WORTHWHILE = 25;
/** Milliseconds after which fewer rows get one as well. */
const PATIENCE = 5;

/**
 * Turns concurrent rows into few writes: as soon as a write may start it takes all that wait, up to
 * `maxRows`, so batches grow with the load. A lone row waits for nobody while nothing is being written.
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
  let patience: NodeJS.Timeout | undefined;
  let sweeper: NodeJS.Timeout | undefined;
  let idlers: (() => void)[] = [];

  function add(row: Row, deadline: number): Promise<Stored> {
    if (size >= maxQueued) return Promise.reject(new QueueFull());
    return new Promise((resolve, reject) => {
      const added = performance.now();
      queue.push({ row, added, expires: added + deadline, settled: false, resolve, reject });
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
    const [oldest] = queue;
    // After a failure one write at a time feels whether the store is back.
    const limit = failures > 0 ? 1 : maxInFlight;
    if (oldest === undefined || resting !== undefined || flying.size >= limit) return false;
    if (flying.size === 0 || queue.length >= Math.min(WORTHWHILE, maxRows)) return true;
    const early = oldest.added + PATIENCE - performance.now();
    if (early <= 0) return true;
    patience ??= setTimeout(() => {
      patience = undefined;
      schedule();
    }, early);
    return false;
  }

  function pump(): void {
    pumping = false;
    while (mayStart()) {
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
    schedule();
  }

  /** Rejects the rows that are at fault themselves; throws where it is the store. */
  async function writeOrSplit(batch: readonly Item[]): Promise<void> {
    try {
      const stored = await write(batch.map(({ row }) => row));
      for (const [index, entry] of batch.entries())
        settle(entry, () => entry.resolve(stored[index] as Stored));
    } catch (error) {
      if (!isFaultOfRows(error)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) {
        settle(only, () => only.reject(error));
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
      if (now >= entry.expires) settle(entry, () => entry.reject(new StoreUnavailable()));
    };
    for (const batch of flying) batch.forEach(expire);
    if (queue.some(({ expires }) => now >= expires)) {
      queue.forEach(expire);
      queue = queue.filter(({ settled }) => !settled);
    }
  }

  function settle(entry: Item, answer: () => void): void {
    if (entry.settled) return;
    entry.settled = true;
    answer();
    if (--size > 0) return;
    clearInterval(sweeper);
    sweeper = undefined;
    for (const done of idlers) done();
    idlers = [];
  }

  return {
    add,
    get size() {
      return size;
    },
    idle: () => (size === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  };
}
