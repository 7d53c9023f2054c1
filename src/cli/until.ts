import { setTimeout as delay } from "node:timers/promises";
import type { ControlClient } from "#twin/control-api/client.ts";
import type { TwinEvent, TwinStatus } from "#twin/status.ts";

/** What no event tells, such as a standby that has caught up, is seen this late. */
const LOOK_EVERY_MS = 500;

interface UntilOptions {
  readonly signal: AbortSignal;
  readonly onEvent?: (event: TwinEvent) => void;
  readonly since?: string;
}

/** As events say when they were. */
export function now(): string {
  return new Date().toISOString();
}

/**
 * Waits until a twin is as wanted; looks after each of its events.
 * @param onEvent is told what happens from `since` on (RFC 3339), now if it is left out.
 * @throws the signal's reason, or PlumblineError SUPERVISOR_SILENT when the twin goes away.
 */
export async function untilStatus(
  client: ControlClient,
  holds: (status: TwinStatus) => boolean,
  { signal, onEvent, since = now() }: UntilOptions,
): Promise<TwinStatus> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  let news = Promise.withResolvers<void>();
  const listen = async () => {
    for await (const event of client.events(either)) {
      if (event.time >= since) onEvent?.(event);
      news.resolve();
    }
  };
  const listening = listen().catch(() => {});
  try {
    for (;;) {
      signal.throwIfAborted();
      news = Promise.withResolvers();
      const status = await client.status();
      if (holds(status)) return status;
      await Promise.race([news.promise, delay(LOOK_EVERY_MS, undefined, { signal: either })]).catch(() => {});
    }
  } finally {
    done.abort();
    await listening;
  }
}
