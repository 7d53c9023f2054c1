import type { Answer, Asked } from "./answers.ts";
import type { Origin } from "./forwarded-heads.ts";
import type { BodySink, Framing } from "./http/body.ts";
import type { Outgoing } from "./http/outgoing.ts";
import type { RequestHead } from "./http/request-head.ts";
import type { ResponseHead } from "./http/response-head.ts";
import type { RequestRecord } from "./request-record.ts";

/** Where a target's response goes: HTTP/1.1 or a stream of HTTP/2. Nothing is sent before `send`. */
export interface ResponseWriter extends BodySink {
  readonly empty: boolean;
  interim(head: ResponseHead): void;
  /** @param added lines of the load balancer's own, with CRLF each. */
  begin(head: ResponseHead, framing: Framing, added: string): void;
  /** The body is complete. */
  end(): void;
  /** The target switches to another protocol. */
  switched(head: ResponseHead): void;
  /** @returns false when the client cannot take more now. */
  send(): boolean;
  /** Forgets what was not sent. */
  clear(): void;
}

/** The client whose request is being forwarded. */
export interface Client extends Asked {
  readonly origin: Origin;
  readonly request: RequestHead;
  readonly record: RequestRecord;
  readonly response: ResponseWriter;
  /** The request, head and body; what is collected there has not been sent yet. */
  readonly toTarget: Outgoing;
  readonly requestEnded: boolean;
  keepAlive: boolean;
  pauseReading(): void;
  resumeReading(): void;
  /** The response does not go out as fast as it comes in. */
  blocked(): void;
  /** Says something in place of a target, none of which has begun to answer. */
  answer(answer: Answer): void;
  /** The connection belongs to another protocol from here on. */
  tunnel(): void;
  /** The other protocol has nothing more to say to the client, which may go on. */
  endWriting(): void;
  finished(): void;
  /** Cuts the connection, so that the client sees that its response is not complete. */
  abort(): void;
}
