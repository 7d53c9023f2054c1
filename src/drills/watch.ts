import { setTimeout as delay } from "node:timers/promises";
import type { ControlClient } from "#twin/control-api/client.ts";
import type { TwinEvent, TwinStatus } from "#twin/status.ts";
import { clock } from "./samples.ts";

const LOOK_EVERY_MS = 50;

/** Looks at a twin all the while: its events, and when it was not as it should be. */
export class Watch {
  readonly #client: ControlClient;
  readonly #events: TwinEvent[] = [];
  readonly #ending = new AbortController();
  readonly #work: Promise<unknown>;
  #status: TwinStatus | null = null;
  /** When it was seen to be as it should be after it had not been; null before, and while it is not. */
  #settledAt: number | null = null;
  #wasUnsettled = false;
  #onLook = () => {};

  constructor(client: ControlClient) {
    this.#client = client;
    const began = new Date().toISOString();
    const listen = async () => {
      for await (const event of client.events(this.#ending.signal))
        if (event.time >= began) this.#events.push(event);
    };
    // A twin that goes away is seen by who asks for its status.
    this.#work = Promise.all([listen().catch(() => {}), this.#look().catch(() => {})]);
  }

  /** When the twin first warned of something about these parts, from a moment on; null where it has not. */
  detected(parts: readonly string[], from: number): number | null {
    const found = this.#events.find(
      ({ time, level, part }) =>
        level !== "info" &&
        Date.parse(time) >= Math.floor(from) &&
        parts.some((name) => part === name || part.startsWith(`${name}-`)),
    );
    return found ? Math.max(from, Date.parse(found.time)) : null;
  }

  /** When everything was as it should be again; null where nothing was seen to be wrong, or where it still is. */
  get settledAt(): number | null {
    return this.#settledAt;
  }

  /** Forgets what was before a fault. */
  restart(): void {
    this.#wasUnsettled = false;
    this.#settledAt = null;
  }

  /** Waits until the twin is as wanted. @returns the status that was; null where the time or the signal ended first. */
  async until(
    holds: (status: TwinStatus) => boolean,
    { withinMs, signal }: { readonly withinMs: number; readonly signal?: AbortSignal },
  ): Promise<TwinStatus | null> {
    const time = AbortSignal.timeout(withinMs);
    const either = signal ? AbortSignal.any([signal, time]) : time;
    const { promise, resolve } = Promise.withResolvers<TwinStatus | null>();
    either.addEventListener("abort", () => resolve(null));
    if (either.aborted) resolve(null);
    this.#onLook = () => (this.#status && holds(this.#status) ? resolve(this.#status) : undefined);
    this.#onLook();
    const found = await promise;
    this.#onLook = () => {};
    return found;
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#work;
  }

  async #look(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const status = await this.#client.status().catch(() => null);
      if (status) this.#see(status);
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  }

  #see(status: TwinStatus): void {
    this.#status = status;
    if (status.unsettled.length > 0) {
      this.#wasUnsettled = true;
      this.#settledAt = null;
    } else if (this.#wasUnsettled) this.#settledAt ??= clock();
    this.#onLook();
  }
}
