/** Writes to one target, one write after the other; opens a connection where it has none. */
export interface Writer {
  /** @throws why it was not acknowledged within its time. */
  write(sequence: number): Promise<void>;
  close(): void;
}
