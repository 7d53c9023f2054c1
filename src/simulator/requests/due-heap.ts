/** Requests by the time at which something happens to them: a binary heap in typed arrays, for numbers only. */
export class DueHeap {
  #size = 0;
  #times = new Float64Array(256);
  #slots = new Int32Array(256);

  get size(): number {
    return this.#size;
  }

  /** Infinity where nothing waits. */
  nextTime(): number {
    return this.#size === 0 ? Infinity : (this.#times[0] as number);
  }

  push(time: number, slot: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const times = this.#times;
    const slots = this.#slots;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentTime = times[parent] as number;
      if (time >= parentTime) break;
      times[at] = parentTime;
      slots[at] = slots[parent] as number;
      at = parent;
    }
    times[at] = time;
    slots[at] = slot;
  }

  /** Takes the first out; there is one. */
  pop(): number {
    const times = this.#times;
    const slots = this.#slots;
    const first = slots[0] as number;
    const last = --this.#size;
    const time = times[last] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      let childTime = times[child] as number;
      const right = child + 1;
      if (right < last && (times[right] as number) < childTime) {
        child = right;
        childTime = times[right] as number;
      }
      if (childTime >= time) break;
      times[at] = childTime;
      slots[at] = slots[child] as number;
      at = child;
    }
    times[at] = time;
    slots[at] = slots[last] as number;
    return first;
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#times.length);
    const slots = new Int32Array(2 * this.#slots.length);
    times.set(this.#times);
    slots.set(this.#slots);
    this.#times = times;
    this.#slots = slots;
  }
}
