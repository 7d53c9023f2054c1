/** Whole numbers, a bit each: number n is bit n % 8 of byte n / 8. */
export class NumberSet {
  bits = new Uint8Array(1 << 16);

  add(number: number): void {
    if (number >> 3 >= this.bits.length) {
      const larger = new Uint8Array(this.bits.length * 2);
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[number >> 3]! |= 1 << (number & 7);
  }
}
