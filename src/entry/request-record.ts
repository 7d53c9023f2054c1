import type { MessageRefused } from "./http/refused.ts";

/** What is known of one request when it is over, for the access log. One instance serves a connection for good. */
export class RequestRecord {
  /** Whether a request has begun that is not logged yet. */
  open = false;
  /** On the scale of performance.now(); NaN for what did not happen. */
  receivedAt = Number.NaN;
  sentAt = Number.NaN;
  answeredAt = Number.NaN;
  received = 0;
  /** Of the client's bytes going out, how many were for requests before this one. */
  sentBefore = 0;
  /** What the client gets, and what the target said; 0 for nothing. */
  status = 0;
  targetStatus = 0;
  target = "-";
  group = "-";
  trace = "-";
  /** 1 for a listener's first rule, 0 for its default action, -1 for none. */
  priority = -1;
  action = "-";
  redirect = "-";
  refused: MessageRefused | undefined;

  begin(receivedAt: number, sentBefore: number): void {
    this.open = true;
    this.receivedAt = receivedAt;
    this.sentAt = Number.NaN;
    this.answeredAt = Number.NaN;
    this.received = 0;
    this.sentBefore = sentBefore;
    this.status = 0;
    this.targetStatus = 0;
    this.target = "-";
    this.group = "-";
    this.trace = "-";
    this.priority = -1;
    this.action = "-";
    this.redirect = "-";
    this.refused = undefined;
  }
}
