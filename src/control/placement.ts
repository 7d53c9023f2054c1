/**
 * Which zones get replicas, and which replicas have to go, so that every available zone holds as many
 * as any other, give or take one.
 *
 * Amazon ECS puts a new task into the zone with the fewest and removes one from the zone with the
 * most; its Availability Zone rebalancing evens out what an outage left behind. EC2 Auto Scaling
 * balances zones before it asks its termination policy.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
 *
 * Everything is deterministic: ties go to the zone that was declared first. Within a zone a replica
 * that is not healthy goes first, then the youngest, as Kubernetes' ReplicaSet does: the older ones
 * have proved themselves and are warm.
 */
import type { Instant } from "./controller.ts";

export interface Zone {
  readonly name: string;
  /** Whether replicas may be placed in it. */
  readonly available: boolean;
}

export interface PlacedReplica {
  readonly id: string;
  readonly zone: string;
  readonly healthy: boolean;
  readonly requestedAt: Instant;
}

export interface Placement {
  /** A zone for each replica to start, the most urgent first. */
  readonly add: readonly string[];
  /** The ids of the replicas to stop, the first to go first. */
  readonly remove: readonly string[];
}

/** How many replicas each zone holds, by its name. */
export type ZoneCounts = Readonly<Record<string, number>>;

/**
 * The changes that lead from these replicas to `desired` ones, balanced. Replicas in an unavailable
 * zone are moved out of it; when no zone is available nothing is added, and only what is too many is
 * removed. `vacancies` are the zones of replicas that were lost: they get theirs back in a tie.
 */
export function place(
  zones: readonly Zone[],
  replicas: readonly PlacedReplica[],
  desired: number,
  vacancies: readonly string[] = [],
): Placement {
  const counts = countByZone(replicas.map((replica) => replica.zone));
  const claims = countByZone([...replicas.map((replica) => replica.zone), ...vacancies]);
  const someAvailable = zones.some((zone) => zone.available);
  const targets = someAvailable ? zoneTargets(zones, claims, desired) : fillTo(zones, counts, desired);
  return {
    add: someAvailable ? zonesToFill(zones, counts, targets) : [],
    remove: replicasToRemove(zones, replicas, counts, targets),
  };
}

/**
 * How many replicas each zone should hold. Available zones share equally; what is left over goes to
 * the zones with the most `claims`, so that as few replicas as possible move.
 */
export function zoneTargets(zones: readonly Zone[], claims: ZoneCounts, desired: number): ZoneCounts {
  const available = zones.filter((zone) => zone.available).map((zone) => zone.name);
  const targets = Object.fromEntries(zones.map((zone) => [zone.name, 0]));
  const share = Math.floor(desired / available.length);
  const byClaims = available.toSorted((a, b) => countIn(claims, b) - countIn(claims, a));
  for (const [index, name] of byClaims.entries()) {
    targets[name] = share + (index < desired % available.length ? 1 : 0);
  }
  return targets;
}

export function countByZone(zones: readonly string[]): ZoneCounts {
  const counts: Record<string, number> = {};
  for (const zone of zones) counts[zone] = (counts[zone] ?? 0) + 1;
  return counts;
}

/** What stays where nothing can be added: the fullest zone gives up one at a time. */
function fillTo(zones: readonly Zone[], counts: ZoneCounts, desired: number): ZoneCounts {
  const targets: Record<string, number> = { ...counts };
  let surplus = Object.values(targets).reduce((sum, count) => sum + count, 0) - desired;
  const names = zoneNames(zones, counts);
  for (; surplus > 0; surplus -= 1) {
    const fullest = largest(names, (name) => countIn(targets, name));
    if (fullest !== undefined) targets[fullest] = countIn(targets, fullest) - 1;
  }
  return targets;
}

function zonesToFill(zones: readonly Zone[], counts: ZoneCounts, targets: ZoneCounts): string[] {
  const filled: Record<string, number> = { ...counts };
  const add: string[] = [];
  for (;;) {
    const short = zones
      .map((zone) => zone.name)
      .filter((name) => countIn(filled, name) < countIn(targets, name));
    const emptiest = largest(short, (name) => -countIn(filled, name));
    if (emptiest === undefined) return add;
    filled[emptiest] = countIn(filled, emptiest) + 1;
    add.push(emptiest);
  }
}

function replicasToRemove(
  zones: readonly Zone[],
  replicas: readonly PlacedReplica[],
  counts: ZoneCounts,
  targets: ZoneCounts,
): string[] {
  const left: Record<string, number> = { ...counts };
  const excess = (name: string): number => countIn(left, name) - countIn(targets, name);
  const expendable = replicas.toReversed().toSorted(firstToGo);
  const remove: string[] = [];
  for (;;) {
    const fullest = largest(zoneNames(zones, counts), excess);
    if (fullest === undefined || excess(fullest) <= 0) return remove;
    const victim = expendable.find((replica) => replica.zone === fullest && !remove.includes(replica.id));
    if (victim === undefined) return remove;
    left[fullest] = countIn(left, fullest) - 1;
    remove.push(victim.id);
  }
}

/** The declared zones in their order, then any other one that holds something. */
function zoneNames(zones: readonly Zone[], counts: ZoneCounts): string[] {
  return [...new Set([...zones.map((zone) => zone.name), ...Object.keys(counts)])];
}

/** Sorts what is not healthy first, then what is youngest. */
function firstToGo(a: PlacedReplica, b: PlacedReplica): number {
  return Number(a.healthy) - Number(b.healthy) || b.requestedAt - a.requestedAt;
}

/** The first name with the largest value. */
function largest(names: readonly string[], value: (name: string) => number): string | undefined {
  let best: string | undefined;
  for (const name of names) if (best === undefined || value(name) > value(best)) best = name;
  return best;
}

function countIn(counts: ZoneCounts, zone: string): number {
  return counts[zone] ?? 0;
}
