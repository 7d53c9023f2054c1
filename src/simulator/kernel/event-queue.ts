/** What happens when an event is due. The two numbers are the event's own, so that no closure is needed for each event. */
export type Handler = (a: number, b: number) => void;

const nothing: Handler = () => {};

/**
 * Events by time, and by the order in which they came where times are equal: a binary heap in typed arrays. An event
 * takes a slot of the pool while it waits, so that pushing and taking allocate nothing once the queue has its size.
 */
export class EventQueue {
  #size = 0;
  #order = 0;
  /** The heap, by position: when, in which order, and in which slot the rest is. */
  #times = new Float64Array(64);
  #orders = new Int32Array(64);
  #slots = new Int32Array(64);
  /** The pool, by slot. The slots behind the heap's end are the free ones. */
  #handlers: Handler[] = Array.from({ length: 64 }, () => nothing);
  #as = new Float64Array(64);
  #bs = new Float64Array(64);

  constructor() {
    this.#freeSlotsFrom(0);
  }

  get size(): number {
    return this.#size;
  }

  /** When the first event is due; Infinity where there is none. */
  nextTime(): number {
    return this.#size === 0 ? Infinity : (this.#times[0] as number);
  }

  push(time: number, handler: Handler, a: number, b: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    let at = this.#size;
    const slot = slots[at] as number;
    this.#size = at + 1;
    this.#handlers[slot] = handler;
    this.#as[slot] = a;
    this.#bs[slot] = b;
    // What comes now is behind everything of the same time: only an earlier time lets it rise.
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (time >= (times[parent] as number)) break;
      times[at] = times[parent] as number;
      orders[at] = orders[parent] as number;
      slots[at] = slots[parent] as number;
      at = parent;
    }
    times[at] = time;
    orders[at] = this.#order;
    slots[at] = slot;
    this.#order = (this.#order + 1) | 0;
  }

  /** Takes the first event out and runs it. The caller has seen that there is one. */
  runNext(): void {
    const slot = this.#slots[0] as number;
    const handler = this.#handlers[slot] as Handler;
    const a = this.#as[slot] as number;
    const b = this.#bs[slot] as number;
    this.#removeFirst(slot);
    handler(a, b);
  }

  #removeFirst(freed: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const last = this.#size - 1;
    this.#size = last;
    const time = times[last] as number;
    const order = orders[last] as number;
    const slot = slots[last] as number;
    slots[last] = freed;
    if (last === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      let childTime = times[child] as number;
      const right = child + 1;
      if (right < last) {
        const rightTime = times[right] as number;
        if (rightTime < childTime || (rightTime === childTime && this.#comesBefore(right, child))) {
          child = right;
          childTime = rightTime;
        }
      }
      if (childTime > time || (childTime === time && (((orders[child] as number) - order) | 0) > 0)) break;
      times[at] = childTime;
      orders[at] = orders[child] as number;
      slots[at] = slots[child] as number;
      at = child;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  /** The order is a counter that wraps around: what waits together is never 2^31 events apart. */
  #comesBefore(one: number, other: number): boolean {
    return (((this.#orders[one] as number) - (this.#orders[other] as number)) | 0) < 0;
  }

  #grow(): void {
    const { length } = this.#times;
    this.#times = doubled(this.#times, Float64Array);
    this.#orders = doubled(this.#orders, Int32Array);
    this.#slots = doubled(this.#slots, Int32Array);
    this.#as = doubled(this.#as, Float64Array);
    this.#bs = doubled(this.#bs, Float64Array);
    while (this.#handlers.length < 2 * length) this.#handlers.push(nothing);
    this.#freeSlotsFrom(length);
  }

  #freeSlotsFrom(first: number): void {
    for (let slot = first; slot < this.#slots.length; slot += 1) this.#slots[slot] = slot;
  }
}

function doubled<Numbers extends Float64Array | Int32Array>(
  old: Numbers,
  Type: new (length: number) => Numbers,
): Numbers {
  const larger = new Type(2 * old.length);
  larger.set(old);
  return larger;
}
