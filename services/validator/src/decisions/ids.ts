/** The smallest UUIDv7 of a millisecond (RFC 9562, section 5.7). */
export function firstIdOf(milliseconds: number): string {
  const time = Math.max(0, Math.min(milliseconds, 2 ** 48 - 1))
    .toString(16)
    .padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
