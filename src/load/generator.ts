import { type Arrivals, arrivalTimes } from "./arrivals.ts";
import { Connection, type Endpoint } from "./connection.ts";
import { NumberSet } from "./number-set.ts";
import { Queue } from "./queue.ts";
import { TimeHistogram, type Times } from "./times.ts";

export interface Load {
  readonly endpoint: Endpoint;
  /** Null: no plan; each connection asks again as soon as it has its answer. */
  readonly arrivals: Arrivals | null;
  /** After which nothing more is sent. */
  readonly seconds: number;
  /** The most at a time. */
  readonly connections: number;
  /** From the moment that a request was due; one without an answer by then has failed. */
  readonly timeoutMs: number;
  /** All is over when a request waits so long for a connection: the rate does not hold. Null: it waits and times out. */
  readonly giveUpAfterMs: number | null;
}

/** What is known after each second. */
export interface Second {
  /** Whole seconds since the beginning. */
  readonly second: number;
  /** In this second. */
  readonly succeeded: number;
  readonly failed: number;
  /** Of those that succeeded in this second. */
  readonly latency: Times;
  /** Now: sent and not answered, and due and not sent. */
  readonly inFlight: number;
  readonly waiting: number;
}

export interface LoadResult {
  /** That were due, and have an answer or have failed. */
  readonly asked: number;
  /** Answered with 200 to 399. */
  readonly succeeded: number;
  readonly failed: number;
  /** Those answered with 200 to 399 by number: bit n % 8 of byte n / 8. */
  readonly acknowledged: Uint8Array;
  /** By status; `broken` (with its connection), `timeout`, `unsent` (no connection was free in time). */
  readonly answered: Readonly<Record<string, number>>;
  readonly elapsedSeconds: number;
  /** From the moment that a request was to be sent: of those that succeeded, and of those that timed out. */
  readonly latency: Times;
  /** From the moment that it was sent. */
  readonly service: Times;
  /** By how much this program itself was late with sending, where a connection was free. */
  readonly lag: Times;
  /** How many had to wait because every connection was in use. */
  readonly waited: number;
  /** Of one processor, from 0 to 1. */
  readonly cpuShare: number;
}

/** Between two attempts to open a connection. */
const RECONNECT_MS = 20;
/** How often time-outs are looked for, in turns of the loop of a millisecond each. */
const TIMEOUT_TURNS = 20;

/**
 * Sends requests and takes the times of the answers. With a plan it is an open loop: a request is due at its time, and
 * its latency counts from then on, also where it had to wait for a connection: what is slow hides nothing by asking less.
 */
export class Generator {
  readonly #load: Load;
  readonly #request: (sequence: number) => string;
  readonly #onSecond: (second: Second) => void;
  readonly #latency = new TimeHistogram();
  readonly #service = new TimeHistogram();
  readonly #lag = new TimeHistogram();
  readonly #secondLatency = new TimeHistogram();
  readonly #answered: Record<string, number> = {};
  readonly #acknowledged = new NumberSet();
  readonly #all: Connection[];
  /** Resolves when all connections are open for the first time. */
  readonly #ready = Promise.withResolvers<void>();
  /** Those used last are used first. */
  readonly #free: Connection[] = [];
  /** When requests were due that wait for a connection. */
  readonly #waiting = new Queue();
  #nextAt: () => number = () => Number.POSITIVE_INFINITY;
  #due = Number.POSITIVE_INFINITY;
  #asked = 0;
  #done = 0;
  #succeeded = 0;
  #waited = 0;
  #began = 0;
  #until = 0;
  #isStopped = false;
  #before = { second: 0, succeeded: 0, done: 0 };

  /** @param request what goes over the wire, by number; its characters are the bytes. */
  constructor(
    load: Load,
    request: (sequence: number) => string,
    onSecond: (second: Second) => void = () => {},
  ) {
    this.#load = load;
    this.#request = request;
    this.#onSecond = onSecond;
    const events = {
      opened: (which: Connection) => this.#opened(which),
      answered: (which: Connection, status: number) => this.#take(which, status),
      broken: (which: Connection, error: Error, asked: boolean) => {
        if (asked) this.#fail("broken");
        this.#ready.reject(error);
        this.#reopen(which);
      },
    };
    this.#all = Array.from({ length: load.connections }, () => new Connection(load.endpoint, events));
  }

  /** @throws the error of the connection that could not be opened, before anything was sent. */
  async run(): Promise<LoadResult> {
    const { arrivals, seconds } = this.#load;
    // All connections that may be needed are there before the first request.
    for (const each of this.#all) each.open();
    try {
      await this.#ready.promise;
    } catch (error) {
      this.#close();
      throw error;
    }
    const cpu = process.cpuUsage();
    this.#began = performance.now();
    this.#until = this.#began + seconds * 1000;
    if (arrivals !== null) {
      this.#nextAt = arrivalTimes(arrivals);
      this.#due = this.#began + this.#nextAt();
    } else for (const each of this.#free.splice(0)) this.#ask(each, performance.now());
    await new Promise<void>((resolve) => {
      let turns = 0;
      const timer = setInterval(() => {
        const now = performance.now();
        this.#askDue(now);
        if (++turns % TIMEOUT_TURNS === 0) this.#endLate(now);
        if (now - this.#began >= (this.#before.second + 1) * 1000) this.#tellSecond(now);
        if (!this.#isOver(now)) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });
    return this.#result(process.cpuUsage(cpu));
  }

  /** Sends nothing more, and waits for nothing. */
  stop(): void {
    this.#isStopped = true;
  }

  #opened(which: Connection): void {
    if (this.#began > 0) return this.#use(which, performance.now());
    this.#free.push(which);
    if (this.#free.length === this.#all.length) this.#ready.resolve();
  }

  #askDue(now: number): void {
    const end = Math.min(now, this.#until);
    for (; this.#due < end; this.#due = this.#began + this.#nextAt()) {
      const which = this.#freeConnection();
      if (which === undefined) {
        this.#waited++;
        this.#waiting.push(this.#due);
      } else {
        this.#lag.record(now - this.#due);
        this.#ask(which, this.#due);
      }
    }
  }

  #freeConnection(): Connection | undefined {
    for (let which = this.#free.pop(); which !== undefined; which = this.#free.pop())
      if (which.isOpen) return which;
    return undefined;
  }

  #ask(which: Connection, intended: number): void {
    which.sequence = this.#asked++;
    which.intended = intended;
    which.sent = performance.now();
    which.send(this.#request(which.sequence));
  }

  #take(which: Connection, status: number): void {
    const now = performance.now();
    if (status < 400) {
      this.#done++;
      this.#succeeded++;
      this.#count(String(status));
      this.#latency.record(now - which.intended);
      this.#secondLatency.record(now - which.intended);
      this.#service.record(now - which.sent);
      this.#acknowledged.add(which.sequence);
    } else this.#fail(String(status));
    if (which.isOpen) this.#use(which, now);
  }

  /** Gives a connection its next request, if there is one. */
  #use(which: Connection, now: number): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#ask(which, waiting);
    else if (this.#load.arrivals === null && now < this.#until && !this.#isStopped) this.#ask(which, now);
    else this.#free.push(which);
  }

  #reopen(which: Connection): void {
    setTimeout(() => (this.#isStopped ? undefined : which.open()), RECONNECT_MS);
  }

  /** Ends what has had no answer in time, sent or not. */
  #endLate(now: number): void {
    const { timeoutMs } = this.#load;
    for (const each of this.#all) {
      if (!each.busy || now - each.intended < timeoutMs) continue;
      each.abandon();
      this.#endTimedOut("timeout");
      this.#reopen(each);
    }
    while (now - (this.#waiting.first ?? now) >= timeoutMs) {
      this.#waiting.shift();
      this.#asked++;
      this.#endTimedOut("unsent");
    }
  }

  #endTimedOut(outcome: string): void {
    this.#latency.record(this.#load.timeoutMs);
    this.#fail(outcome);
  }

  #isOver(now: number): boolean {
    const { giveUpAfterMs } = this.#load;
    if (giveUpAfterMs !== null && now - (this.#waiting.first ?? now) > giveUpAfterMs) {
      for (let at = this.#waiting.shift(); at !== undefined; at = this.#waiting.shift()) {
        this.#asked++;
        this.#latency.record(now - at);
        this.#fail("unsent");
      }
      this.#until = Math.min(this.#until, now);
    }
    if (this.#isStopped) return true;
    const isSent = now >= this.#until || (this.#load.arrivals?.kind === "replay" && this.#due === Infinity);
    return isSent && this.#waiting.length === 0 && this.#done === this.#asked;
  }

  #fail(outcome: string): void {
    this.#done++;
    this.#count(outcome);
  }

  #count(outcome: string): void {
    this.#answered[outcome] = (this.#answered[outcome] ?? 0) + 1;
  }

  #tellSecond(now: number): void {
    const { succeeded, done } = this.#before;
    const second = Math.floor((now - this.#began) / 1000);
    this.#onSecond({
      second,
      succeeded: this.#succeeded - succeeded,
      failed: this.#done - this.#succeeded - (done - succeeded),
      latency: this.#secondLatency.times(),
      inFlight: this.#asked - this.#done,
      waiting: this.#waiting.length,
    });
    this.#secondLatency.reset();
    this.#before = { second, succeeded: this.#succeeded, done: this.#done };
  }

  #result({ user, system }: NodeJS.CpuUsage): LoadResult {
    const elapsedSeconds = (performance.now() - this.#began) / 1000;
    this.#close();
    return {
      // What is under way when somebody stops it has not failed, and is left out.
      asked: this.#done,
      succeeded: this.#succeeded,
      failed: this.#done - this.#succeeded,
      acknowledged: this.#acknowledged.bits,
      answered: this.#answered,
      elapsedSeconds,
      latency: this.#latency.times(),
      service: this.#service.times(),
      lag: this.#lag.times(),
      waited: this.#waited,
      cpuShare: (user + system) / 1e6 / elapsedSeconds,
    };
  }

  #close(): void {
    this.#isStopped = true;
    for (const each of this.#all) each.abandon();
  }
}
