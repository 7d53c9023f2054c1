/** A replica that can be given work, in milliseconds of its vCPUs. */
export interface Loaded {
  /** What waits for it already. */
  readonly backlog: number;
  readonly vCpus: number;
}

/** Halvings of an interval: enough for a millionth. */
const ROUNDS = 40;

/**
 * How much of the work of an interval each replica gets, where the next request goes to whoever has least outstanding.
 *
 * While there is room, each gets what it can do. Where there is not, all come to have as many requests outstanding as the
 * others. One whose wait is longer than clients are patient has as many as come to it in that time, because those before
 * have given up: it gets few, and works on what nobody waits for.
 * @param usual the work that is outstanding at a replica which keeps up.
 */
export function sharesByOutstanding(
  replicas: readonly Loaded[],
  { asked, usual, lasts, timeoutMs }: Readonly<Record<"asked" | "usual" | "lasts" | "timeoutMs", number>>,
): number[] {
  const room = replicas.map(({ backlog, vCpus }) => Math.max(0, vCpus * lasts - backlog));
  const all = room.reduce((sum, each) => sum + each, 0);
  const isHopeless = ({ backlog, vCpus }: Loaded): boolean => backlog / vCpus > timeoutMs;
  if (all >= asked) {
    const trickle = replicas.map((each) => (isHopeless(each) ? (usual * lasts) / timeoutMs : 0));
    const rest = Math.max(0, asked - trickle.reduce((sum, each) => sum + each, 0));
    return room.map((each, index) => (all === 0 ? 0 : (rest * each) / all) + (trickle[index] as number));
  }
  /** At so much outstanding work each. */
  const sharesAt = (level: number): number[] =>
    replicas.map((each) =>
      isHopeless(each) ? (level * lasts) / timeoutMs : Math.max(0, level + each.vCpus * lasts - each.backlog),
    );
  let low = 0;
  let high = asked * (1 + timeoutMs / lasts) + Math.max(...replicas.map(({ backlog }) => backlog));
  for (let round = 0; round < ROUNDS; round += 1) {
    const middle = (low + high) / 2;
    if (sharesAt(middle).reduce((sum, each) => sum + each, 0) > asked) high = middle;
    else low = middle;
  }
  const shares = sharesAt(high);
  const total = shares.reduce((sum, each) => sum + each, 0);
  return shares.map((share) => (share * asked) / total);
}
