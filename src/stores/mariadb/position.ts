/**
 * Global transaction ids of MariaDB: `domain-server-sequence`. A position has one for each domain, a state of the log the
 * last of every server in each domain.
 * https://mariadb.com/kb/en/gtid/
 */
export interface Gtid {
  readonly domain: number;
  readonly server: number;
  readonly sequence: bigint;
}

/** Reads a list as the server writes it: `0-1-104,0-2-110`; nothing for an empty one. */
export function parseGtids(text: string): Gtid[] {
  return text
    .split(",")
    .map((each) => /^\s*(\d+)-(\d+)-(\d+)\s*$/.exec(each))
    .filter((match) => match !== null)
    .map(([, domain, server, sequence]) => ({
      domain: Number(domain),
      server: Number(server),
      sequence: BigInt(sequence as string),
    }));
}

export function formatGtids(gtids: readonly Gtid[]): string {
  return gtids.map(({ domain, server, sequence }) => `${domain}-${server}-${sequence}`).join(",");
}

/**
 * The last transactions of a server's log that another one's does not hold: errant ones. Every node writes down what it
 * applies, and a server's own numbers only grow, so the last one of each server says it all.
 */
export function errant(own: string, others: string): string[] {
  const held = parseGtids(others);
  const isHeld = ({ domain, server, sequence }: Gtid) =>
    held.some((each) => each.domain === domain && each.server === server && each.sequence >= sequence);
  return parseGtids(own).flatMap((each) => (isHeld(each) ? [] : formatGtids([each])));
}

/** Whether one position is as far as another, in every domain of that one. Strict mode keeps the numbers in order. */
export function reaches(position: string, target: string): boolean {
  const reached = parseGtids(position);
  return parseGtids(target).every(({ domain, sequence }) =>
    reached.some((each) => each.domain === domain && each.sequence >= sequence),
  );
}

/**
 * The state of a log that begins with a copy: what the copied server's log held before the copy began, and the position of
 * the copy, which comes last, because a log goes on from there.
 */
export function stateOfCopy(before: string, position: string): string {
  const copied = parseGtids(position);
  const older = parseGtids(before).filter(
    ({ domain, server }) => !copied.some((each) => each.domain === domain && each.server === server),
  );
  return formatGtids([...older, ...copied]);
}
