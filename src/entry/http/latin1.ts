interface Latin1 {
  latin1Slice(from: number, to: number): string;
}

/**
 * The bytes as text, one character per byte. `latin1Slice` is what `toString("latin1", …)` calls after
 * looking at its arguments; for texts of a few hundred bytes the looking is the greater part.
 */
export function latin1(bytes: Buffer, from: number, to: number): string {
  return (bytes as unknown as Latin1).latin1Slice(from, to);
}
