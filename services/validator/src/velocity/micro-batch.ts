export interface MicroBatchOptions<Item, Answer> {
  /** Sends items together; one answer each. */
  send: (items: readonly Item[]) => Promise<readonly Answer[]>;
  maxItems: number;
  maxInFlight: number;
  /** Milliseconds from `add` to the `late` answer; SWEEP more at the most. */
  timeout: number;
  /** The answer where there is none in time, or `send` fails. */
  late: Answer;
}

export interface MicroBatch<Item, Answer> {
  /** Never rejects. */
  add(item: Item): Promise<Answer>;
}

/** Between two looks for what is late, at least: one timer for all items is far cheaper than one each. */
const SWEEP = 10;
/**
 * Milliseconds from the start of a batch to that of the next one, unless enough wait for it: a batch costs Redis, and
 * this process, as much as some five items.
 */
const PACE = 2;
const ENOUGH = 32;

interface Entry<Item, Answer> {
  readonly item: Item;
  readonly expires: number;
  /** The first call counts. */
  readonly resolve: (answer: Answer) => void;
}

/**
 * Sends what comes in one turn of the event loop together; what comes soon after another batch, or while `maxInFlight`
 * are on their way, waits a little, so batches grow with the load and a lone item waits for nobody.
 */
export function createMicroBatch<Item, Answer>(
  options: MicroBatchOptions<Item, Answer>,
): MicroBatch<Item, Answer> {
  const { send, maxItems, maxInFlight, timeout, late } = options;
  let queue: Entry<Item, Answer>[] = [];
  const flying = new Set<readonly Entry<Item, Answer>[]>();
  let scheduled = false;
  let pacer: NodeJS.Timeout | undefined;
  let lastStart = -Infinity;
  let sweeper: NodeJS.Timeout | undefined;

  function schedule(): void {
    if (scheduled || flying.size >= maxInFlight || queue.length === 0) return;
    const early = lastStart + PACE - performance.now();
    if (early <= 0 || queue.length >= Math.min(ENOUGH, maxItems)) {
      scheduled = true;
      setImmediate(pump);
      return;
    }
    pacer ??= setTimeout(() => {
      pacer = undefined;
      schedule();
    }, early);
  }

  function pump(): void {
    scheduled = false;
    lastStart = performance.now();
    while (flying.size < maxInFlight && queue.length > 0) void fly(queue.splice(0, maxItems));
  }

  async function fly(batch: readonly Entry<Item, Answer>[]): Promise<void> {
    flying.add(batch);
    let answers: readonly Answer[] = [];
    try {
      answers = await send(batch.map(({ item }) => item));
    } catch {
      // Told by whoever sends; here it is an answer like that of time.
    }
    flying.delete(batch);
    for (const [index, { resolve }] of batch.entries()) resolve(answers[index] ?? late);
    schedule();
  }

  /** Looks again when the next one could be late: as a rule all have their answers by then, and it is not often. */
  function sweep(): void {
    sweeper = undefined;
    const now = performance.now();
    const waiting = queue.findIndex(({ expires }) => expires > now);
    const expired = queue.splice(0, waiting === -1 ? queue.length : waiting);
    for (const { resolve } of expired) resolve(late);
    let next = queue[0]?.expires ?? Infinity;
    for (const { expires, resolve } of [...flying].flat()) {
      if (expires <= now) resolve(late);
      else next = Math.min(next, expires);
    }
    if (next < Infinity) sweeper = setTimeout(sweep, Math.max(SWEEP, next - now));
  }

  return {
    add: (item) =>
      new Promise((resolve) => {
        queue.push({ item, expires: performance.now() + timeout, resolve });
        sweeper ??= setTimeout(sweep, timeout);
        schedule();
      }),
  };
}
