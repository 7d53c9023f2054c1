/** A replica as a process somewhere. */
export interface Process {
  readonly id: string;
  readonly service: string;
  readonly zone: number;
  readonly version: string;
  /** Its number among the requests' replicas; null until it listens for the first time. */
  traffic: number | null;
  /**
   * `starting` does not listen yet; `down` has ended and is to be restarted in place; `hung` holds its connections;
   * `lost` is on a machine that is gone.
   */
  state: "starting" | "up" | "down" | "hung" | "lost";
  /** How often it was restarted in place. */
  restarts: number;
  /** The node of the cluster that it is on; null where there are none, or it has none yet. */
  node: number | null;
}

/** A version's name says how it behaves. */
export const VERSIONS = { good: "next", exits: "exits", unhealthy: "never-healthy" } as const;

/** What a platform can do to the processes of a service, when it has noticed something. */
export interface ServiceControl {
  /** It listens. */
  readonly listens: (process: Process) => void;
  /** It has ended, or could not be started; the service's controller hears of it. */
  readonly exited: (process: Process, reason: string) => void;
  /** It is taken out of the target group, and the service's controller does not hear of it. */
  readonly unlist: (process: Process) => void;
  /** The target group's verdict, for the service's controller. */
  readonly report: (process: Process, health: "healthy" | "unhealthy") => void;
  /** Nothing is to be placed in a zone any more. */
  readonly shutZone: (zone: number) => void;
}

/** What runs a service's processes, and notices what becomes of them: ECS, EC2 Auto Scaling, Kubernetes, or a twin. */
export interface Platform {
  /** One that is there from the beginning takes its place. @returns false where there is none for it. */
  place(process: Process): boolean;
  start(process: Process): void;
  /** Its process has ended by itself. */
  crashed(process: Process): void;
  /** It keeps its connections and answers nothing. */
  hung(process: Process): void;
  /** Its machine is gone. */
  lost(process: Process): void;
  /** The target group has another opinion of it. */
  judged(process: Process, health: "healthy" | "unhealthy"): void;
  /** There is nothing of it any more. */
  gone(process: Process): void;
}
