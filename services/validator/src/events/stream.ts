// One stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). It has a place in
// the log and reads on as its reader does: a slow one costs no memory, and one that stands still is cut off.
import { once } from "node:events";
import { PassThrough } from "node:stream";

import type { EventKind } from "./kinds.ts";
import type { ToldEvent } from "./redis.ts";
import type { Tail } from "./tail.ts";

/** Why a stream ended. */
export type End = "reader" | "life" | "access" | "drain" | "stalled" | "trouble";

export interface EventStream {
  /** What is sent. */
  readonly body: PassThrough;
  end(why: End): void;
}

export interface StreamOptions {
  readonly tail: Tail;
  /** Number of the last event that the reader has. */
  readonly after: number;
  readonly kinds: ReadonlySet<EventKind>;
  /** Milliseconds after which it ends. */
  readonly life: number;
  /** Whether the reader may still hear of events; asked after every so many milliseconds. */
  readonly mayHear: () => Promise<boolean>;
  readonly check: number;
  /** Milliseconds after which a comment is sent, so that no proxy takes it for dead. */
  readonly heartbeat: number;
  /** Milliseconds that the reader may take nothing in. */
  readonly stall: number;
  readonly onSent: (events: number) => void;
  readonly onEnd: (why: End) => void;
}

/** Milliseconds after which a reader whose stream ended is to come back. */
const RETRY = 2000;
/** Milliseconds in which a reader takes what is left when its stream ends. */
const REST = 2000;

export function openStream(options: StreamOptions): EventStream {
  const { tail, after, kinds, life, onSent, onEnd } = options;
  const body = new PassThrough();
  let position = after;
  let pumping = false;
  let ended: End | undefined;
  const isOpen = () => ended === undefined;

  async function write(text: string): Promise<void> {
    if (ended !== undefined || body.write(text)) return;
    // Rejects after the time, and when the reader has gone.
    await once(body, "drain", { signal: AbortSignal.any([AbortSignal.timeout(options.stall), gone.signal]) });
  }

  async function pump(): Promise<void> {
    if (pumping || ended !== undefined) return;
    pumping = true;
    try {
      while (position < tail.newest && isOpen()) {
        const before = position;
        const { events, reached } = await tail.read(before);
        const told = events.filter(({ kind }) => kinds.has(kind));
        if (told.length > 0) await write(told.map(formatEvent).join(""));
        onSent(told.length);
        // It may have been set back meanwhile.
        if (position !== before) continue;
        if (reached <= before) break;
        position = reached;
      }
    } catch (error) {
      const isStall = (error as Error).name === "AbortError";
      end(isStall ? "stalled" : "trouble");
    } finally {
      pumping = false;
    }
  }

  function end(why: End): void {
    if (ended !== undefined) return;
    ended = why;
    gone.abort();
    clearInterval(beat);
    clearInterval(checks);
    clearTimeout(lifetime);
    endListening();
    if (why === "stalled") body.destroy();
    else body.end();
    // One that does not take the rest holds up no shutdown.
    const rest = setTimeout(() => body.destroy(), REST);
    body.once("close", () => clearTimeout(rest));
    onEnd(why);
  }

  const gone = new AbortController();
  const endListening = tail.listen((from) => {
    if (from !== undefined) position = Math.min(position, from);
    void pump();
  });
  // With the place that was reached: what was filtered out is not read once more when the reader comes back.
  const beat = setInterval(
    () => body.writableNeedDrain || body.write(`: \nid: ${position}\n\n`),
    options.heartbeat,
  );
  const checks = setInterval(() => void options.mayHear().then((may) => may || end("access")), options.check);
  const lifetime = setTimeout(() => end("life"), life);
  beat.unref();
  checks.unref();
  lifetime.unref();
  body.once("close", () => end("reader"));
  body.on("error", () => end("reader"));
  // Readers that lost one replica do not all come back at once.
  body.write(`retry: ${Math.round(RETRY * (0.5 + Math.random()))}\nid: ${position}\n\n`);
  void pump();
  return { body, end };
}

function formatEvent({ number, kind, json }: ToldEvent): string {
  return `id: ${number}\nevent: ${kind}\ndata: ${json}\n\n`;
}
