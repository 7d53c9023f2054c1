import type { Cache } from "../cache/cache.ts";
import type { RuleWatcher } from "./watcher.ts";

/** Replicas tell each other here, by its number, that a change is committed. */
const CHANNEL = "validator:rules";

/** Tells all replicas of a change. Where Redis is away they find it by themselves, within their poll interval. */
export function announceChange(cache: Cache, stamp: number): void {
  cache.call("PUBLISH", CHANNEL, stamp).catch(() => {});
}

/** Has the watcher look whenever a change is announced, and when announcements may have been missed. */
export function followAnnouncements(cache: Cache, watcher: RuleWatcher): () => void {
  return cache.subscribe(CHANNEL, {
    onMessage: (message) => watcher.poke(/^\d{1,10}$/.test(message) ? Number(message) : undefined),
    onStanding: () => watcher.poke(),
  });
}
