/** Numbers, first in, first out; both ends cost the same however many there are. */
export class Queue {
  #numbers: number[] = [];
  #head = 0;

  get length(): number {
    return this.#numbers.length - this.#head;
  }

  get first(): number | undefined {
    return this.#numbers[this.#head];
  }

  push(number: number): void {
    this.#numbers.push(number);
  }

  shift(): number | undefined {
    const first = this.#numbers[this.#head];
    if (first === undefined) return undefined;
    if (++this.#head > 1024 && this.#head * 2 > this.#numbers.length) {
      this.#numbers = this.#numbers.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }
}
