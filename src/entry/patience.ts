import type { Limits, Timeouts } from "./configuration.ts";
import { Pace } from "./pace.ts";

/** What the listener allows its clients at the time. */
interface Allowance {
  readonly timeouts: Timeouts;
  readonly limits: Limits;
}

/**
 * Until when a client has to do what it is waited for: to ask, to send the rest of a body, to take a response. One
 * instance serves a connection, or a stream of HTTP/2, for good.
 */
export class Patience {
  /** On the scale of performance.now(), in milliseconds; Infinity when the client is not the one to wait for. */
  deadline = Infinity;
  /** Of the body that comes in, then of the response that goes out. */
  readonly #pace = new Pace();
  /** What the client had taken of all responses when that was looked at last. */
  #taken = 0;
  readonly #allowance: Allowance;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Something has to happen within the idle time-out. */
  expectAnything(): void {
    this.expectWithin(this.#allowance.timeouts.clientIdle);
  }

  expectWithin(milliseconds: number): void {
    this.deadline = performance.now() + milliseconds;
  }

  expectNothing(): void {
    this.deadline = Infinity;
  }

  /** @param now when the first bytes of the head came. */
  expectHead(now: number): void {
    const { requestHead, request } = this.#allowance.timeouts;
    this.deadline = now + Math.min(requestHead, request ?? Infinity);
  }

  /** @param receivedAt when the request began. */
  beginBody(now: number, receivedAt: number): void {
    this.#pace.begin(now, receivedAt + (this.#allowance.timeouts.request ?? Infinity));
  }

  /** The client may go on with its body after it had to wait for us. */
  resumeBody(): void {
    this.#pace.resume(performance.now());
  }

  addBody(size: number): void {
    this.#pace.add(size, performance.now());
  }

  /** Once per deadline. @returns whether the body goes on fast enough to be waited for. */
  bodyGoesOn(): boolean {
    const { timeouts, limits } = this.#allowance;
    return this.#pace.goesOn(performance.now(), timeouts.clientIdle, limits);
  }

  expectBody(): void {
    const { timeouts, limits } = this.#allowance;
    this.deadline = this.#pace.deadline(timeouts.clientIdle, limits);
  }

  /** The response waits for the client. @param taken how many bytes of all responses it has taken so far. */
  beginTaking(taken: number): void {
    const now = performance.now();
    const isNew = this.deadline === Infinity;
    this.#expectTaking(taken, now);
    if (!isNew) return;
    // What was taken before counts for nothing now.
    this.#pace.begin(now, Infinity);
    this.#expectTaking(taken, now);
  }

  /** Once per deadline. @returns whether the client takes enough to be waited for. */
  takesOn(taken: number): boolean {
    const { timeouts, limits } = this.#allowance;
    const now = performance.now();
    this.#expectTaking(taken, now);
    if (!this.#pace.goesOn(now, timeouts.clientIdle, limits)) return false;
    this.#expectTaking(taken, now);
    return true;
  }

  #expectTaking(taken: number, now: number): void {
    if (taken > this.#taken) this.#pace.add(taken - this.#taken, now);
    this.#taken = taken;
    this.expectBody();
  }
}
