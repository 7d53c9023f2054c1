import { build, type Histogram } from "hdr-histogram-js";
import { Connection } from "./connection.ts";
import { PaymentStream } from "./transactions.ts";

export interface Load {
  readonly host: string;
  readonly port: number;
  /** Requests a second, whatever the answers do; null: each connection asks again as soon as it has its answer. */
  readonly rate: number | null;
  readonly seconds: number;
  /** The most at a time. */
  readonly connections: number;
  /** Tells this run's ids from all others. */
  readonly run: string;
  readonly seed: number;
}

/** Times are milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface LoadResult {
  readonly asked: number;
  /** Answered with 200, by number: bit n % 8 of byte n / 8. */
  readonly acknowledged: Uint8Array;
  readonly answered: Readonly<Record<string, number>>;
  readonly elapsedSeconds: number;
  /** From the moment that a request was to be sent. */
  readonly latency: Times;
  /** From the moment that it was sent. */
  readonly service: Times;
  /** By how much this program itself was late with sending, where a connection was free. */
  readonly lag: Times;
  /** Of one processor, from 0 to 1. */
  readonly cpuShare: number;
}

/** What has no answer so long after the last request was sent has none. */
const PATIENCE_MS = 10_000;
/** Requests that wait for a connection so long say enough: the rate does not hold, and no more are sent. */
const HOPELESS_MS = 3000;

/**
 * Sends payments and takes the times of the answers. With a rate it is an open loop: a request is due at its time, and
 * its latency counts from then on, also where it had to wait for a connection: what is slow hides nothing by asking less.
 */
export async function load(options: Load): Promise<LoadResult> {
  const generator = new Generator(options);
  await generator.connect();
  return generator.run();
}

class Generator {
  readonly #options: Load;
  readonly #stream: PaymentStream;
  readonly #latency = histogram();
  readonly #service = histogram();
  readonly #lag = histogram();
  readonly #answered: Record<string, number> = {};
  readonly #acknowledged = new NumberSet();
  /** Those used last are used first. */
  readonly #free: Connection[] = [];
  #all: Connection[] = [];
  /** When requests were due that wait for a connection, in order. */
  #waiting: number[] = [];
  #due = 0;
  #asked = 0;
  #done = 0;
  #began = 0;
  #until = 0;

  constructor(options: Load) {
    this.#options = options;
    this.#stream = new PaymentStream(`${options.host}:${options.port}`, options.run, options.seed);
  }

  /** All connections that may be needed are there before the first request. */
  async connect(): Promise<void> {
    const { host, port, connections } = this.#options;
    const events = {
      answered: this.#take.bind(this),
      broken: ({ busy }: Connection) => {
        if (!busy) return;
        this.#count("broken");
        this.#done++;
      },
    };
    this.#all = Array.from({ length: connections }, () => new Connection(host, port, events));
    await Promise.all(this.#all.map((each) => each.ready()));
    this.#free.push(...this.#all);
  }

  async run(): Promise<LoadResult> {
    const { rate, seconds } = this.#options;
    const cpu = process.cpuUsage();
    this.#began = performance.now();
    this.#until = this.#began + seconds * 1000;
    if (rate === null) for (const each of this.#free.splice(0)) this.#ask(each, performance.now());
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const now = performance.now();
        if (rate !== null) this.#askDue(now, rate);
        if (!this.#isOver(now)) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });
    return this.#result(process.cpuUsage(cpu));
  }

  #askDue(now: number, rate: number): void {
    const end = Math.min(now, this.#until);
    for (let at = this.#dueAt(rate); at < end; at = this.#dueAt(rate)) {
      this.#due++;
      const which = this.#free.pop();
      if (which === undefined) this.#waiting.push(at);
      else {
        this.#lag.recordValue(microseconds(now - at));
        this.#ask(which, at);
      }
    }
  }

  #dueAt(rate: number): number {
    return this.#began + (this.#due * 1000) / rate;
  }

  #ask(which: Connection, intended: number): void {
    which.sequence = this.#asked++;
    which.intended = intended;
    which.sent = performance.now();
    which.send(this.#stream.request(which.sequence));
  }

  #take(which: Connection, status: number): void {
    const now = performance.now();
    this.#done++;
    this.#latency.recordValue(microseconds(now - which.intended));
    this.#service.recordValue(microseconds(now - which.sent));
    this.#count(String(status));
    if (status === 200) this.#acknowledged.add(which.sequence);
    if (this.#waiting.length > 0) this.#ask(which, this.#waiting.shift()!);
    else if (this.#options.rate === null && now < this.#until) this.#ask(which, now);
    else this.#free.push(which);
  }

  #isOver(now: number): boolean {
    if (now - (this.#waiting[0] ?? now) > HOPELESS_MS) {
      this.#answered["unsent"] = this.#waiting.length;
      for (const at of this.#waiting.splice(0)) this.#latency.recordValue(microseconds(now - at));
      this.#until = Math.min(this.#until, now);
    }
    return now >= this.#until && (this.#done === this.#asked || now > this.#until + PATIENCE_MS);
  }

  #count(what: string): void {
    this.#answered[what] = (this.#answered[what] ?? 0) + 1;
  }

  #result({ user, system }: NodeJS.CpuUsage): LoadResult {
    const elapsedSeconds = (performance.now() - this.#began) / 1000;
    if (this.#asked > this.#done) this.#answered["silent"] = this.#asked - this.#done;
    for (const each of this.#all) each.close();
    return {
      asked: this.#asked,
      acknowledged: this.#acknowledged.bits,
      answered: this.#answered,
      elapsedSeconds,
      latency: times(this.#latency),
      service: times(this.#service),
      lag: times(this.#lag),
      cpuShare: (user + system) / 1e6 / elapsedSeconds,
    };
  }
}

/** Whole numbers, a bit each. */
class NumberSet {
  bits = new Uint8Array(1 << 16);

  add(number: number): void {
    if (number >> 3 >= this.bits.length) {
      const larger = new Uint8Array(this.bits.length * 2);
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[number >> 3]! |= 1 << (number & 7);
  }
}

function histogram(): Histogram {
  return build({ bitBucketSize: 32, numberOfSignificantValueDigits: 3, highestTrackableValue: 120_000_000 });
}

function microseconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 1000));
}

function times(histogram: Histogram): Times {
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
  return { p50: at(50), p95: at(95), p99: at(99), max: histogram.maxValue / 1000 };
}
