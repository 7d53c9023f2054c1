/** How often, and after which pauses, a request may be sent again. */
export interface RetrySettings {
  /** Attempts beside the first. */
  readonly retries: number;
  /** Milliseconds: the pause before the first retry is at most this, and twice as much before each further one. */
  readonly base: number;
  readonly cap: number;
}

/** A random pause from nothing to a bound that doubles ("full jitter"): those who failed together come back apart. */
export function pauseBefore(
  retry: number,
  { base, cap }: Pick<RetrySettings, "base" | "cap">,
  random: () => number = Math.random,
): number {
  return random() * Math.min(cap, base * 2 ** (retry - 1));
}

/** What a retry costs, in requests: a backend that fails gets at most a fifth more than it is sent. */
const REQUESTS_PER_RETRY = 5;
/** So that few requests can be repeated as well. */
const RESERVE = 10;
const MOST = 100;

/** Keeps retries from becoming the load that a backend fails under: they are a share of what was sent before. */
export class RetryBudget {
  #retries = RESERVE;

  /** A request was sent for the first time. */
  noteRequest(): void {
    this.#retries = Math.min(MOST, this.#retries + 1 / REQUESTS_PER_RETRY);
  }

  /** Whether there may be one more retry; if so, it is counted. */
  take(): boolean {
    if (this.#retries < 1) return false;
    this.#retries -= 1;
    return true;
  }
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a request may be sent again although it may have been carried out. Not so PUT and DELETE: with a precondition
 * the second one fails where the first one had succeeded.
 */
export function isRepeatable(method: string, hasKey: boolean, honoursKeys: boolean): boolean {
  return SAFE.has(method) || (method === "POST" && hasKey && honoursKeys);
}
