import { CacheAway, type Cache, type CacheLog } from "./cache.ts";

/** The cache of a service that was given no Redis: away for ever, which is told once. */
export function absentCache(log: CacheLog): Cache {
  const why = "there is none, CACHE_URL is not set";
  log.info({}, "no CACHE_URL: rules that ask for windows follow their modes");
  const away = () => Promise.reject(new CacheAway(why));
  return {
    state: { status: "away", since: Date.now(), why },
    onState: () => () => {},
    call: away,
    run: away,
    runBytes: away,
    subscribe: () => () => {},
    close: () => {},
  };
}
