import type { Socket } from "node:net";

/** What holds for the bytes of one direction. */
export interface Passage {
  /** Nothing passes: the target is not connected yet, or there is a cut. */
  held: boolean;
  delayMs: number;
  jitterMs: number;
}

/** What travels: bytes, and the end of them. */
type Parcel = Buffer | "end";

interface Waiting {
  readonly parcel: Parcel;
  due: number;
}

/** What a direction that is held may take in; reading on for so long is how a client that leaves is noticed. */
const HELD_BYTES = 64 * 1024;
/** What may be under way with a delay: the window of the connection that is imitated. */
const DELAYED_BYTES = 4 * 1024 * 1024;

/**
 * Carries the bytes of one direction from a socket to another. Without a fault a chunk is written on as it is, with no
 * work besides; with one, parcels queue up. Reading stops whenever the other side or the queue takes no more.
 */
export class Pump {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #passage: Passage;
  readonly #count: (bytes: number) => void;
  readonly #random: () => number;
  #queue: Waiting[] = [];
  #queued = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the other side learns that this one broke off. */
  #resetDue: number | undefined;
  /** The other side's buffer is full. */
  #blocked = false;

  constructor(
    from: Socket,
    to: Socket,
    passage: Passage,
    count: (bytes: number) => void,
    random: () => number = Math.random,
  ) {
    this.#from = from;
    this.#to = to;
    this.#passage = passage;
    this.#count = count;
    this.#random = random;
    from.on("data", this.#take);
    from.on("end", () => this.#pass("end"));
    to.on("drain", this.#drained);
  }

  /** The source broke off. The other side learns of it under the same conditions, but however full it is. */
  reset(): void {
    this.#resetDue = this.#dueNow();
    this.#flush();
  }

  /** The passage has changed. What is under way stays so, unless there is no delay any more. */
  changed(): void {
    if (this.#passage.delayMs === 0 && this.#passage.jitterMs === 0) {
      for (const waiting of this.#queue) waiting.due = 0;
      if (this.#resetDue !== undefined) this.#resetDue = 0;
    }
    this.#flush();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#resetDue = undefined;
    this.#queue = [];
    this.#queued = 0;
  }

  readonly #take = (chunk: Buffer): void => {
    const { held, delayMs, jitterMs } = this.#passage;
    if (!held && delayMs === 0 && jitterMs === 0 && this.#queue.length === 0) {
      this.#write(chunk);
      if (this.#blocked) this.#from.pause();
    } else {
      this.#queued += chunk.length;
      this.#pass(chunk);
    }
  };

  #pass(parcel: Parcel): void {
    this.#queue.push({ parcel, due: this.#dueNow() });
    if (this.#timer === undefined) this.#flush();
    else this.#throttle();
  }

  /** Never before what was sent earlier. */
  #dueNow(): number {
    const { delayMs, jitterMs } = this.#passage;
    const last = this.#queue.at(-1)?.due ?? 0;
    if (delayMs === 0 && jitterMs === 0) return last;
    return Math.max(last, performance.now() + delayMs + jitterMs * this.#random());
  }

  /** Passes on what is due, and sets the clock for what is not. */
  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#passage.held) this.#passOn(performance.now());
    this.#throttle();
  };

  #passOn(now: number): void {
    if (this.#resetDue !== undefined && this.#resetDue <= now) {
      this.stop();
      this.#to.resetAndDestroy();
      return;
    }
    let sent = 0;
    while (!this.#blocked && sent < this.#queue.length && this.#queue[sent]!.due <= now) {
      this.#deliver(this.#queue[sent]!.parcel);
      sent += 1;
    }
    if (sent > 0) this.#queue.splice(0, sent);
    const next = (this.#blocked ? undefined : this.#queue[0]?.due) ?? this.#resetDue;
    if (next !== undefined) this.#timer = setTimeout(this.#flush, Math.max(1, next - now));
  }

  #deliver(parcel: Parcel): void {
    if (parcel === "end") this.#to.end();
    else {
      this.#queued -= parcel.length;
      this.#write(parcel);
    }
  }

  #write(chunk: Buffer): void {
    this.#count(chunk.length);
    if (!this.#to.write(chunk)) this.#blocked = true;
  }

  readonly #drained = (): void => {
    this.#blocked = false;
    this.#flush();
  };

  #throttle(): void {
    const limit = this.#passage.held ? HELD_BYTES : DELAYED_BYTES;
    const full = this.#blocked || this.#queued >= limit;
    if (full === this.#from.isPaused()) return;
    if (full) this.#from.pause();
    else this.#from.resume();
  }
}
