// Events in Redis: published on a channel for each kind, and kept for a while in a stream, from which whoever comes late
// catches up. The database has them all; Redis may be away, and may forget.
import type { Cache } from "../cache/cache.ts";
import { defineScript } from "../cache/redis.ts";
import { envelopeOf, type LoggedEvent, type Origin } from "./event.ts";
import type { EventKind } from "./kinds.ts";

/** An entry's id is `<number in the log>-0`; its fields are `kind` and `event`, the envelope. */
export const STREAM = "validator:events:stream";
/** Hears the number of the newest event of the stream. */
export const NEWS = "validator:events";
/** Hears the envelopes of a kind. */
export const channelOf = (kind: EventKind) => `${NEWS}:${kind}`;

/** Events that the stream keeps, or some more. */
export const KEPT = 10_000;

/** Events of one command, which is to be over long before Redis counts as away. */
export const CHUNK = 100;

// An entry that is there is not added again: what is published twice is in the stream once.
const PUBLISH = defineScript(`
  local top = 0
  local newest = redis.call('XREVRANGE', '${STREAM}', '+', '-', 'COUNT', 1)
  if newest[1] then top = tonumber(string.match(newest[1][1], '^%d+')) end
  for i = 1, #ARGV, 3 do
    local number, kind, event = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    if tonumber(number) > top then
      redis.call('XADD', '${STREAM}', 'MAXLEN', '~', ${KEPT}, number .. '-0', 'kind', kind, 'event', event)
    end
    redis.call('PUBLISH', '${NEWS}:' .. kind, event)
  end
  redis.call('PUBLISH', '${NEWS}', ARGV[#ARGV - 2])
  return top`);

/** Publishes events in the order of their numbers. Rejects with CacheAway where Redis is. */
export async function publishEvents(
  cache: Cache,
  events: readonly LoggedEvent[],
  origin: Origin,
): Promise<void> {
  const args = events.flatMap((event) => [event.number, event.kind, envelopeOf(event, origin)]);
  if (args.length > 0) await cache.run(PUBLISH, args);
}

/** Number of the newest event of the stream; 0 where it is empty. */
export async function newestInStream(cache: Cache): Promise<number> {
  const [entry] = readEntries(await cache.call("XREVRANGE", STREAM, "+", "-", "COUNT", 1));
  return entry?.number ?? 0;
}

export async function forgetStream(cache: Cache): Promise<void> {
  await cache.call("DEL", STREAM);
}

/** An event as others are told it. */
export interface ToldEvent {
  readonly number: number;
  readonly kind: EventKind;
  /** Its envelope. */
  readonly json: string;
}

/** At most `limit` events after a number; where the first is not the next one, the stream has forgotten some. */
export async function readStream(cache: Cache, after: number, limit: number): Promise<ToldEvent[]> {
  return readEntries(await cache.call("XRANGE", STREAM, `(${after}-0`, "+", "COUNT", limit));
}

function readEntries(reply: unknown): ToldEvent[] {
  return (reply as [string, string[]][]).map(([id, fields]) => {
    const value = (name: string) => fields[fields.indexOf(name) + 1] ?? "";
    return { number: Number.parseInt(id, 10), kind: value("kind") as EventKind, json: value("event") };
  });
}
