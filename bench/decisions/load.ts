import { Generator, type LoadResult } from "#load/generator.ts";
import { shapeOf } from "#load/shape.ts";
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

/** What has no answer so long after it was due has none. */
const PATIENCE_MS = 10_000;
/** Requests that wait for a connection so long say enough: the rate does not hold, and no more are sent. */
const HOPELESS_MS = 3000;

/** Sends payments, evenly spaced, and takes the times of the answers. */
export function load({ host, port, rate, seconds, connections, run, seed }: Load): Promise<LoadResult> {
  const stream = new PaymentStream(`${host}:${port}`, run, seed);
  const generator = new Generator(
    {
      endpoint: { host, port, tls: null },
      arrivals:
        rate === null
          ? null
          : { kind: "rate", segments: shapeOf("steady", rate, seconds), spacing: "even", seed },
      seconds,
      connections,
      timeoutMs: PATIENCE_MS,
      giveUpAfterMs: HOPELESS_MS,
    },
    (sequence) => stream.request(sequence),
  );
  return generator.run();
}
