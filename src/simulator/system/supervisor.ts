import type { Kernel } from "../kernel/kernel.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { Trace } from "./trace.ts";

/** What of the supervisor's work can be interrupted: a controller with its runner. */
export interface Supervised {
  /** Looks at its deadlines again: the clock has stepped, or the supervisor runs again. */
  wake(): void;
  /** Goes on with the state that it had, as JSON gives it back. */
  reread(): void;
  /** Compares its state with what there is, after messages and unfinished actions were lost. */
  lookAround(): void;
}

/** The process that all controllers run in: it has a clock of its own, and does not always run. */
export class Supervisor {
  readonly kernel: Kernel;
  readonly trace: Trace;
  readonly random: RandomStream;
  readonly #supervised: Supervised[] = [];
  #mail: (() => void)[] = [];
  #skewMs = 0;
  #absences = 0;
  /** It is dead, and not only paused: what is said to it is lost. */
  #crashes = 0;
  #life = 0;
  #doomed = false;
  #downForMs = 0;
  #rereads = false;

  constructor(kernel: Kernel, trace: Trace, random: RandomStream) {
    this.kernel = kernel;
    this.trace = trace;
    this.random = random;
  }

  /** What its clock says, in milliseconds. */
  get now(): number {
    return this.kernel.now + this.#skewMs;
  }

  get skewMs(): number {
    return this.#skewMs;
  }

  /** Another number after each death and each new start: who knows the one of before speaks to nobody. */
  get life(): number {
    return this.#life;
  }

  get isUp(): boolean {
    return this.#absences === 0;
  }

  /** Whether it runs, and its clock is right. */
  get isWell(): boolean {
    return this.isUp && this.#skewMs === 0;
  }

  supervise(part: Supervised): void {
    this.#supervised.push(part);
  }

  /** Tells it something, now or as soon as it runs again. */
  tell(message: () => void): void {
    if (this.isUp) message();
    else if (this.#crashes === 0) this.#mail.push(message);
  }

  stepClock(byMs: number): void {
    this.#skewMs += byMs;
    if (this.isUp) for (const part of this.#supervised) part.wake();
  }

  pause(forMs: number, rereads: boolean): void {
    this.#absences += 1;
    this.#rereads ||= rereads;
    this.kernel.after(forMs, () => this.#return());
  }

  /** Lets it die within the next decision that has actions, wherever in them. */
  crash(forMs: number): void {
    if (this.#doomed || this.#crashes > 0) return this.pause(forMs, true);
    this.#doomed = true;
    this.#downForMs = forMs;
    // Where nothing is decided, it dies all the same.
    this.kernel.after(500, () => this.#doomed && this.#die());
  }

  /** Asked before each action: whether it dies here, so that this action and those after it are never carried out. */
  diesHere(): boolean {
    if (this.#doomed && this.random.chance(50)) this.#die();
    return !this.isUp;
  }

  #die(): void {
    this.#doomed = false;
    this.#crashes += 1;
    this.#life += 1;
    this.#mail = [];
    this.pause(this.#downForMs, true);
    this.trace.note(this.kernel.now, "world", "supervisor", "dies");
  }

  #return(): void {
    this.#absences -= 1;
    if (!this.isUp) return;
    const wasDead = this.#crashes > 0;
    this.trace.note(this.kernel.now, "world", "supervisor", wasDead ? "starts again" : "goes on");
    this.#crashes = 0;
    if (wasDead) this.#life += 1;
    if (this.#rereads) for (const part of this.#supervised) part.reread();
    this.#rereads = false;
    const mail = this.#mail;
    this.#mail = [];
    for (const message of mail) this.tell(message);
    if (wasDead) for (const part of this.#supervised) if (this.isUp) part.lookAround();
    if (this.isUp) for (const part of this.#supervised) part.wake();
  }
}
