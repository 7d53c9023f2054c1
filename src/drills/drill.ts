import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { FaultName } from "#model/faults.ts";
import type { ControlClient } from "#twin/control-api/client.ts";
import type { TwinStatus } from "#twin/status.ts";

/** What a drill works with: the twin as it is before one round. */
export interface Scene {
  readonly client: ControlClient;
  readonly architecture: ResolvedArchitecture;
  /** Of a twin in which everything is as it should be. */
  readonly status: TwinStatus;
  /** Counts from 0. */
  readonly round: number;
  /** Of the load before a spike, in requests a second. */
  readonly rate: number;
  /** Asks to end early. */
  readonly signal: AbortSignal;
  /** Tells people what is being done. */
  readonly say: (text: string) => void;
}

/** A fault that was put into a twin. */
export interface Begun {
  /** When it began, by the samples' clock. */
  readonly at: number;
  /** What was done, in words. */
  readonly what: string;
  /** What somebody on call would do, at once; what is away until then is a part of the outage. */
  readonly repair?: () => Promise<void>;
  /** Ends the fault, once the system has recovered in spite of it. Without it there is nothing to end. */
  readonly heal?: () => Promise<void>;
  /** Whether enough was seen, and the fault may be ended; at once, unless given. */
  readonly isSeen?: () => boolean;
  /** Ends what is to end by itself, where it has not. */
  readonly abandon?: () => Promise<void>;
  /** Where writes may be lost: how old they may be by what the system itself says, in milliseconds. */
  readonly lossWithinMs?: number;
  /** Further figures of the drill's own, when all is over. */
  readonly figures?: () => Promise<Readonly<Record<string, number | null>>>;
}

/** What one round will do. */
export interface Plan {
  /** The parts that it concerns: events of these, or of what begins with their names, are about it. */
  readonly parts: readonly string[];
  /** Whether the twin is to notice: then the round lasts until it has. */
  readonly isNoticed: boolean;
  /** A zone whose own clients are gone with it: the store is not written to from there. */
  readonly zoneAway?: string;
  /**
   * Whether clients ask a node of the load balancer in place of 127.0.0.1, which stands for its name: while the load
   * balancer is away, another program may listen there, and answer in its place.
   */
  readonly asksNode?: true;
  /** Whether the store is written to directly as well: not where its clients need other credentials meanwhile. */
  readonly writesToStore: boolean;
  /** Whether it is over, beyond that everything is as it should be. */
  readonly isOver?: (status: TwinStatus) => boolean;
  begin(): Promise<Begun>;
}

/** A deployment is no fault, and is measured as one is. */
export type DrillName = FaultName | "deployment";

export interface Drill {
  readonly name: DrillName;
  /** What is done, in a sentence. */
  readonly says: string;
  /** The ways in which it can be done; unless one is chosen, all take turns. */
  readonly ways: readonly string[];
  /** Where its outage is seen first: by clients of the load balancer, or by those of the store. */
  readonly seenBy: "clients" | "store";
  /** Acknowledged writes may be lost, as far as the recovery point allows it. */
  readonly mayLose?: true;
  /** What it takes away for good should it go wrong, as a sentence: then somebody has to agree to it. */
  readonly risk?: string;
  /** Whether a twin in which all is well has recovered from the last round as well, where that takes longer. */
  readonly isReadyAgain?: (status: TwinStatus) => boolean;
  /** @throws PlumblineError DRILL_UNSUITABLE where this twin lacks what would be broken. */
  plan(scene: Scene, way: string): Plan | Promise<Plan>;
}
