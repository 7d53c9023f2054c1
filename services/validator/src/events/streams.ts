// The streams that are open on this replica: so many in all, and so many of each person.
import { Problem } from "../http/problems.ts";
import type { EventsConfig } from "./config.ts";
import type { EventKind } from "./kinds.ts";
import { type End, type EventStream, openStream } from "./stream.ts";
import type { Tail } from "./tail.ts";

export interface Streams {
  /** Throws `too_many_streams`, and `not_ready` once they were ended. */
  open(options: {
    readonly person: string;
    readonly after: number | undefined;
    readonly kinds: ReadonlySet<EventKind>;
    readonly mayHear: () => Promise<boolean>;
  }): Promise<EventStream>;
  readonly size: number;
  /** Ends all, and opens none any more: readers come back to another replica. */
  end(): void;
}

export interface StreamsParts {
  readonly tail: Tail;
  readonly config: Pick<EventsConfig, "streams" | "streamsEach" | "streamLife">;
  readonly onSent: (events: number) => void;
  readonly onEnd: (why: End) => void;
}

/** Milliseconds. Proxies end what is silent for a minute or so. */
const HEARTBEAT = 15_000;
const STALL = 10_000;
/** A key that is revoked or a token that has run out ends its streams by then, or twice as late on another replica. */
const CHECK = 1000;
/** Events before the end of the log that are told to a reader who has seen more than there is. */
const OVERLAP = 1000;

export function createStreams({ tail, config, onSent, onEnd }: StreamsParts): Streams {
  const open = new Map<EventStream, string>();
  let isOver = false;

  function admit(person: string): void {
    if (isOver) throw new Problem("not_ready");
    const own = [...open.values()].filter((each) => each === person).length;
    if (own >= config.streamsEach) throw tooMany(`has ${own} streams open: end one of them`);
    if (open.size >= config.streams)
      throw tooMany("has to wait: this replica has as many streams as it may have");
  }

  return {
    async open({ person, after, kinds, mayHear }) {
      admit(person);
      await tail.refresh();
      admit(person);
      const stream = openStream({
        tail,
        // A log that is shorter than what was seen went back, in a failover.
        after:
          after === undefined
            ? tail.newest
            : after > tail.newest
              ? Math.max(0, tail.newest - OVERLAP)
              : after,
        kinds,
        mayHear,
        check: CHECK,
        heartbeat: HEARTBEAT,
        stall: STALL,
        life: config.streamLife * (0.9 + 0.1 * Math.random()),
        onSent,
        onEnd(why) {
          open.delete(stream);
          onEnd(why);
        },
      });
      open.set(stream, person);
      return stream;
    },
    get size() {
      return open.size;
    },
    end() {
      isOver = true;
      for (const stream of open.keys()) stream.end("drain");
    },
  };
}

function tooMany(message: string): Problem {
  return new Problem("too_many_streams", [{ code: "too_many_streams", message, pointer: "" }], {
    "retry-after": "5",
  });
}
