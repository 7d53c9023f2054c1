import type { BodySink, Framing } from "./http/body.ts";
import type { ResponseHead } from "./http/response-head.ts";
import type { TargetConnection } from "./target-connection.ts";

/** Why a target did not answer: each has its own status for the client. */
export type TargetFailure =
  | "unreachable"
  | "connect-timeout"
  | "closed"
  | "idle-timeout"
  | "deregistered"
  | "invalid";

/** Who has sent a request over the connection, and wants to know what comes of it. */
export interface TargetUser {
  readonly toClient: BodySink;
  /** A response to HEAD has no body, whatever its fields say. */
  readonly isHead: boolean;
  /** Whether the whole request was passed on: otherwise the target would take the next one for its rest. */
  readonly requestEnded: boolean;
  connected(): void;
  interim(head: ResponseHead): void;
  /** @returns whether the client had asked for it. */
  switched(head: ResponseHead): boolean;
  begins(head: ResponseHead, framing: Framing): void;
  /** Passes on what `toClient` has collected. @returns false when the client cannot take more now. */
  flush(): boolean;
  completed(): void;
  /** The target has nothing more to say in the other protocol. */
  halfClosed(): void;
  failed(reason: TargetFailure, connection: TargetConnection): void;
  /** The target takes bytes again after a write that was too much. */
  drained(): void;
}
