import type { Distribution } from "#aws/timings/distribution.ts";
import type { TimingId } from "#aws/timings/timings.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { Kernel } from "../kernel/kernel.ts";
import { type RandomStream, streamOf } from "../kernel/random.ts";
import type { Traffic } from "../requests/traffic.ts";
import { Delays } from "./delays.ts";
import type { ScenarioStep, ServiceTimes, SimulatedProfile } from "./result.ts";

/** What everything in one run has in common: time, chance, zones, and the list of what happened. */
export class World {
  readonly kernel = new Kernel();
  readonly delays: Delays;
  readonly random: RandomStream;
  readonly steps: ScenarioStep[] = [];
  /** By number; false where the zone is gone. */
  readonly isZoneUp: boolean[];
  /** When the fault came; null before. */
  faultAt: number | null = null;
  readonly architecture: ResolvedArchitecture;
  readonly profile: SimulatedProfile;
  readonly traffic: Traffic;
  /** Of those services that a twin has measured. */
  readonly times: ServiceTimes;

  constructor(
    architecture: ResolvedArchitecture,
    profile: SimulatedProfile,
    times: ServiceTimes,
    traffic: Traffic,
    seed: number,
  ) {
    this.times = times;
    this.architecture = architecture;
    this.profile = profile;
    this.traffic = traffic;
    this.random = streamOf(seed, "world");
    this.delays = new Delays(streamOf(seed, "delays"));
    this.isZoneUp = architecture.zoneNames.map(() => true);
  }

  get now(): number {
    return this.kernel.now;
  }

  /** Lets something follow as late as AWS takes for it, and tells so. */
  takes(timing: TimingId, says: string, then: () => void): void {
    this.lasts(this.delays.draw(timing), says, timing, then);
  }

  /** The same for what the architecture or we ourselves say. */
  lasts(ms: number, says: string, timing: TimingId | null, then: () => void): void {
    this.tell(says, this.now, this.now + ms, timing);
    this.kernel.after(ms, then);
  }

  draw(distribution: Distribution): number {
    return this.delays.drawOf(distribution);
  }

  /** What happened after the fault, for people. */
  tell(says: string, from: number, to: number, timing: TimingId | null = null): void {
    if (this.faultAt === null) return;
    this.steps.push({ says, fromMs: from - this.faultAt, toMs: to - this.faultAt, timing });
  }

  /** Lets requests catch up, so that what is changed now changes nothing before. */
  changeTraffic(change: (traffic: Traffic) => void): void {
    this.traffic.advance(this.now);
    change(this.traffic);
  }

  zoneNumber(name: string): number {
    return this.architecture.zoneNames.indexOf(name);
  }
}
