import { hash } from "node:crypto";

import type { Cache } from "../cache/cache.ts";
import { defineScript } from "../cache/redis.ts";
import { Problem } from "../http/problems.ts";
import { reached } from "./reached.ts";

/** Counts attempts to sign in, over all replicas. Rejects with `sessions_unavailable` where they cannot be counted. */
export interface Throttle {
  /**
   * Counts an attempt as a failed one, before anything of it is looked at: attempts at once get no further than one
   * after the other. Rejects with `too_many_attempts` where it is too soon.
   */
  begin(name: string, network: string): Promise<void>;
  /** The attempt was none to guess. Best effort: what is not taken back is forgotten later. */
  succeeded(name: string, network: string): Promise<void>;
}

/** After `free` failures each takes twice as long to be followed by another one. Milliseconds. */
interface Limit {
  readonly free: number;
  readonly first: number;
  readonly longest: number;
}

export const ACCOUNT_LIMIT: Limit = { free: 5, first: 1000, longest: 900_000 };
/** Many people may share an address; whoever tries one password on many accounts has one as well. */
export const NETWORK_LIMIT: Limit = { free: 20, first: 1000, longest: 900_000 };

/** Milliseconds after the last attempt until all is forgotten. */
const FORGET = 86_400_000;

// ARGV: now, forget, then for each key: key, free, first, longest. Answers the milliseconds to wait; 0 where it is counted.
const BEGIN = defineScript(`
local now, wait = tonumber(ARGV[1]), 0
for i = 3, #ARGV, 4 do
  wait = math.max(wait, tonumber(redis.call('HGET', ARGV[i], 'until') or '0') - now)
end
if wait > 0 then return wait end
for i = 3, #ARGV, 4 do
  local failures = redis.call('HINCRBY', ARGV[i], 'failures', 1)
  local over = failures - tonumber(ARGV[i + 1])
  if over > 0 then
    local delay = math.min(tonumber(ARGV[i + 2]) * 2 ^ math.min(over - 1, 30), tonumber(ARGV[i + 3]))
    redis.call('HSET', ARGV[i], 'until', string.format('%.0f', now + delay))
  end
  redis.call('PEXPIRE', ARGV[i], ARGV[2])
end
return 0`);

// The account begins anew. Of the address only this attempt is taken back: one's own account must not clear the way to others.
const SUCCEEDED = defineScript(`
redis.call('DEL', ARGV[1])
if redis.call('EXISTS', ARGV[2]) == 1 then
  redis.call('HINCRBY', ARGV[2], 'failures', -1)
  redis.call('HDEL', ARGV[2], 'until')
end
return 0`);

const accountKey = (name: string) => `validator:attempts:account:${hash("sha256", name, "base64url")}`;
const networkKey = (network: string) => `validator:attempts:network:${network}`;

const argumentsOf = (key: string, { free, first, longest }: Limit) => [key, free, first, longest];

/** Names are counted whether there is such a person or not, so that the answer does not tell. */
export function createThrottle(cache: Cache, now: () => number): Throttle {
  return {
    async begin(name, network) {
      const limits = [
        ...argumentsOf(accountKey(name), ACCOUNT_LIMIT),
        ...argumentsOf(networkKey(network), NETWORK_LIMIT),
      ];
      const wait = (await reached(() => cache.run(BEGIN, [now(), FORGET, ...limits]))) as number;
      if (wait > 0) throw tooManyAttempts(wait);
    },
    async succeeded(name, network) {
      await cache.run(SUCCEEDED, [accountKey(name), networkKey(network)]).catch(() => {});
    },
  };
}

function tooManyAttempts(wait: number): Problem {
  return new Problem("too_many_attempts", [], { "retry-after": String(Math.ceil(wait / 1000)) });
}
