import { Registry } from "prom-client";

// prom-client finds a series by hashing its labels at each call, which costs more than what is measured here. These
// hold their series, so that counting is an addition; prom-client renders them.

export interface Counter {
  /** One more, or `by` more. */
  inc(by?: number): void;
}

export interface Histogram {
  /** In the unit of the metric's name. */
  observe(value: number): void;
}

type Labels = Readonly<Record<string, string>>;

interface Value {
  readonly value: number;
  readonly labels: Labels;
  readonly metricName?: string;
}

type Reading = number | undefined | readonly Value[];

/** How prom-client makes one value of those of several workers. */
type Together = "sum" | "min" | "max";

export interface Instruments {
  readonly registry: Registry;
  /** The result finds or makes the series of these labels: once, not at each count. */
  counter<Names extends string = never>(
    name: string,
    help: string,
  ): (labels: Record<Names, string>) => Counter;
  histogram<Names extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
  ): (labels: Record<Names, string>) => Histogram;
  /**
   * Read when somebody asks; an undefined value is left out, and so is one that cannot be read.
   * @param together what the values of several workers of a replica are as one; their sum where it is left out.
   */
  gauge(name: string, help: string, read: () => Reading | Promise<Reading>, together?: Together): void;
  /** As `gauge`, for what only grows and is counted elsewhere. */
  total(name: string, help: string, read: () => number): void;
}

export function createInstruments(): Instruments {
  const registry = new Registry();

  /** A metric as prom-client's registry asks for it. */
  function register(
    name: string,
    help: string,
    type: string,
    values: () => Value[] | Promise<Value[]>,
    aggregator: Together = "sum",
  ): void {
    const metric = {
      name,
      help,
      type,
      get: async () => ({ name, help, type, values: await values(), aggregator }),
    };
    registry.registerMetric(metric as never);
  }

  return {
    registry,
    counter(name, help) {
      const { all, find } = family(() => new Count());
      register(name, help, "counter", () =>
        [...all.values()].map(({ labels, series: { value } }) => ({ value, labels })),
      );
      return find;
    },
    histogram(name, help, buckets) {
      const { all, find } = family(() => new Distribution(buckets));
      register(name, help, "histogram", () =>
        [...all.values()].flatMap(({ labels, series }) => series.values(name, labels)),
      );
      return find;
    },
    gauge(name, help, read, together) {
      const values = async () => {
        // One that cannot be read must not take all others from whoever asks.
        const value = await Promise.try(read).catch(() => undefined);
        if (typeof value !== "number") return [...(value ?? [])];
        return [{ value, labels: {} }];
      };
      register(name, help, "gauge", values, together);
    },
    total(name, help, read) {
      register(name, help, "counter", () => [{ value: read(), labels: {} }]);
    },
  };
}

/** The series of one metric, by their labels. */
function family<Series>(make: () => Series) {
  const all = new Map<string, { readonly labels: Labels; readonly series: Series }>();
  function find(labels: Labels): Series {
    const key = JSON.stringify(Object.entries(labels));
    const found = all.get(key) ?? { labels, series: make() };
    all.set(key, found);
    return found.series;
  }
  return { all, find };
}

class Count implements Counter {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }
}

class Distribution implements Histogram {
  readonly #bounds: Float64Array;
  /** Of each bucket alone; one more for what is above all. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = Float64Array.from(bounds);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket++;
    (this.#counts[bucket] as number)++;
    this.#sum += value;
  }

  values(name: string, labels: Labels): Value[] {
    let count = 0;
    const buckets = [...this.#counts].map((added, index) => {
      count += added;
      const le = index < this.#bounds.length ? String(this.#bounds[index]) : "+Inf";
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
    });
    const sum = { metricName: `${name}_sum`, labels, value: this.#sum };
    return [...buckets, sum, { metricName: `${name}_count`, labels, value: count }];
  }
}
