/**
 * The names of the write-ahead log's files: a segment has its timeline and its position, each in hexadecimal.
 * https://www.postgresql.org/docs/15/wal-internals.html
 */
const SEGMENT = /^[0-9A-F]{24}$/;
const HISTORY = /^[0-9A-F]{8}\.history$/;
const ARCHIVED = /^([0-9A-F]{24}(\.partial|\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history)$/;
const LOG_BYTES = 0x1_0000_0000;

/** Whether a server archives files of that name. */
export function isArchived(name: string): boolean {
  return ARCHIVED.test(name);
}

export function isHistory(name: string): boolean {
  return HISTORY.test(name);
}

export function isSegment(name: string): boolean {
  return SEGMENT.test(name);
}

/** Where in the log a segment begins, counted in segments; the same on every timeline. */
export function positionOf(segment: string, segmentBytes: number): number {
  const [log, part] = [segment.slice(8, 16), segment.slice(16, 24)].map((digits) =>
    Number.parseInt(digits, 16),
  );
  return (log as number) * (LOG_BYTES / segmentBytes) + (part as number);
}

/** Of which timeline a segment or a history is. */
export function timelineOf(name: string): number {
  return Number.parseInt(name.slice(0, 8), 16);
}

/** Files that lie wholly before a segment: no restore that begins there, or later, reads them. Histories are none. */
export function before(names: readonly string[], first: string): string[] {
  // The timeline does not count: a segment of a later one may hold the same positions.
  return names.filter(
    (name) => isArchived(name) && !isHistory(name) && name.slice(8, 24) < first.slice(8, 24),
  );
}

/** What a restore that begins at a segment reads, in the order of their names. */
export function from(names: readonly string[], first: string): string[] {
  const wanted = (name: string) => isHistory(name) || (isSegment(name) && name.slice(8) >= first.slice(8));
  return names.filter(wanted).toSorted();
}

/** The position after which the log has a gap; null where each segment follows another. */
export function gapAfter(segments: readonly string[], first: string, segmentBytes: number): number | null {
  const positions = new Set(segments.filter(isSegment).map((name) => positionOf(name, segmentBytes)));
  const last = Math.max(...positions);
  for (let position = positionOf(first, segmentBytes); position < last; position++)
    if (!positions.has(position + 1)) return position;
  return null;
}
