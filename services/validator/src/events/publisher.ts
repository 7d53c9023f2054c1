import type { Cache } from "../cache/cache.ts";
import type { Session } from "../database/session.ts";
import type { LoggedEvent, Origin } from "./event.ts";
import { readLog } from "./log.ts";
import { CHUNK, forgetStream, KEPT, newestInStream, publishEvents } from "./redis.ts";
import type { OnStep } from "./steps.ts";

export interface Publisher {
  /**
   * Publishes what lies after number `published` up to `durable`, and no more than a page of it; the number up to which
   * all is published then. Where Redis is away that is `published`: what is missing is published when it is back.
   */
  publish(published: number, durable: number): Promise<number>;
  /** Whether Redis is there. */
  readonly isReady: boolean;
  /** What Redis has beyond number `end`, where the log ended, is of a log that is gone: a failover has lost it. */
  distrust(end: number): void;
}

export interface PublisherParts {
  readonly session: Session;
  readonly cache: Cache;
  readonly origin: Origin;
  readonly onStep: OnStep;
  readonly onPublished: (events: readonly LoggedEvent[]) => void;
}

/** Events of one call: the relay looks for new ones in between. */
const PAGE = 500;

export function createPublisher(parts: PublisherParts): Publisher {
  const { session, cache, origin, onStep, onPublished } = parts;
  /** The server whose stream is known to be in step with the log. */
  let known: string | undefined;
  /** Where the log ended when that was looked at last. */
  let end: number | undefined;
  /** Where publishing goes on on that server: before what was published elsewhere, if it has forgotten that. */
  let position = 0;

  /** A server that has forgotten is given again what it would have kept; what is of another log is taken from it. */
  async function align(runId: string, published: number, durable: number): Promise<void> {
    let newest = await newestInStream(cache);
    if (newest > (end ?? durable)) {
      await forgetStream(cache);
      newest = 0;
    }
    position = Math.min(published, Math.max(newest, published - KEPT));
    known = runId;
    end = undefined;
  }

  return {
    get isReady() {
      return cache.state.status === "ready";
    },
    distrust(logEnd) {
      known = undefined;
      end = logEnd;
    },
    async publish(published, durable) {
      const { state } = cache;
      if (state.status === "away") return published;
      try {
        if (known !== state.runId) await align(state.runId, published, durable);
        const { events, reached } = await readLog(session, { after: position, to: durable, limit: PAGE });
        for (let index = 0; index < events.length; index += CHUNK) {
          const chunk = events.slice(index, index + CHUNK);
          await onStep("publishing");
          await publishEvents(cache, chunk, origin);
          onPublished(chunk);
          position = chunk.at(-1)?.number ?? position;
        }
        position = reached;
        return Math.max(position, published);
      } catch (error) {
        known = undefined;
        throw error;
      }
    },
  };
}
