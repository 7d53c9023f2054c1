import { backoff } from "../database/backoff.ts";
import type { RuleWatcher } from "../rule-sets/watcher.ts";
import type { ScreeningSource } from "./source.ts";

/** Keeps what names are screened against as the database has it. */
export interface ScreeningKeeper {
  /** Whether the lists were read once, be there some or none. */
  readonly isRead: boolean;
  /** Begins to read, now and after each change. */
  start(): void;
  stop(): void;
}

export interface ScreeningKeeperParts {
  source: ScreeningSource;
  watcher: Pick<RuleWatcher, "onSwap">;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** An import and a clearance are changes that decisions see: the watcher of the rules tells of them. */
export function keepScreening({ source, watcher, log }: ScreeningKeeperParts): ScreeningKeeper {
  let isRead = false;
  let failures = 0;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;
  let unwatch: (() => void) | undefined;

  async function refresh(): Promise<void> {
    clearTimeout(retry);
    const before = isRead ? source.size : undefined;
    try {
      await source.refresh();
      isRead = true;
      failures = 0;
      if (source.size !== before) tell();
    } catch (error) {
      failures++;
      if (stopped) return;
      // The same trouble, again and again, is logged once.
      if (failures === 1) log.warn({ err: error }, "the sanctions lists could not be read; trying again");
      clearTimeout(retry);
      retry = setTimeout(() => void refresh(), backoff(failures));
    }
  }

  function tell(): void {
    if (source.size > 0) log.info({ names: source.size }, "names are screened against these lists");
    else log.warn({}, "no sanctions list has been imported: no name matches any");
  }

  return {
    get isRead() {
      return isRead;
    },
    start() {
      unwatch = watcher.onSwap(() => void refresh());
      void refresh();
    },
    stop() {
      stopped = true;
      unwatch?.();
      clearTimeout(retry);
    },
  };
}
