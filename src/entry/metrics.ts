/**
 * Upper bounds of the classes of `responseTimes`, in milliseconds; the last class is for all that took longer. Counts
 * of two moments can be taken from each other, which a maximum or a percentile since the start does not allow.
 */
export const RESPONSE_TIME_BOUNDS: readonly number[] = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000,
];

/** Counts since the start, of one target or one target group; CloudWatch's names are in the comments. */
export class Counters {
  /** Requests sent or tried to be sent (RequestCount). */
  requests = 0;
  /** Responses of the targets by class (HTTPCode_Target_2XX_Count, …). */
  target2xx = 0;
  target3xx = 0;
  target4xx = 0;
  target5xx = 0;
  /** Responses that the load balancer made in place of a target (HTTPCode_ELB_4XX_Count, …). */
  elb4xx = 0;
  elb5xx = 0;
  /** Connections that could not be established (TargetConnectionErrorCount). */
  connectionErrors = 0;
  /** Requests that were lost with an idle connection and sent again. */
  retries = 0;
  /** From the request's sending to the response's head, summed, in milliseconds (TargetResponseTime). */
  responseTime = 0;
  /** How many responses took at most as long as the bound at their place in RESPONSE_TIME_BOUNDS, and no less. */
  readonly responseTimes: number[] = Array.from({ length: RESPONSE_TIME_BOUNDS.length + 1 }, () => 0);
  /** Of HTTP/1.1, heads and bodies, to the targets and from them (ProcessedBytes). */
  bytesSent = 0;
  bytesReceived = 0;

  /** @param elapsed from the request's sending to the response's head, in milliseconds. */
  countTarget(status: number, elapsed: number): void {
    this.responseTime += elapsed;
    let place = 0;
    while (place < RESPONSE_TIME_BOUNDS.length && elapsed > RESPONSE_TIME_BOUNDS[place]!) place++;
    this.responseTimes[place]!++;
    if (status < 300) this.target2xx++;
    else if (status < 400) this.target3xx++;
    else if (status < 500) this.target4xx++;
    else this.target5xx++;
  }

  countElb(status: number): void {
    if (status >= 500) this.elb5xx++;
    else if (status >= 400) this.elb4xx++;
  }

  /** What is counted so far, and counts no further. */
  snapshot(): Numbers<Counters> & { readonly responseTimes: readonly number[] } {
    return { ...this, responseTimes: [...this.responseTimes] };
  }
}

/** Counts of the whole load balancer since its start. */
export class Totals {
  /** Connections that clients opened (NewConnectionCount). */
  newConnections = 0;
  /** Requests whose head was understood (RequestCount). */
  requests = 0;
  fixedResponses = 0;
  redirects = 0;
  elb4xx = 0;
  elb5xx = 0;
  /** Clients that left before their response was complete: status 460 in ALB's access log, part of elb4xx. */
  clientsGone = 0;
  /** Client connections that were closed at once because there were too many (RejectedConnectionCount). */
  rejectedConnections = 0;
  /** TLS handshakes that failed (ClientTLSNegotiationErrorCount). */
  tlsErrors = 0;
  /** Lines that the access log had to do without: the disk was too slow or full. */
  accessLogDropped = 0;

  countElb(status: number): void {
    if (status >= 500) this.elb5xx++;
    else if (status >= 400) this.elb4xx++;
  }
}

type Numbers<T> = { [Key in keyof T as T[Key] extends number ? Key : never]: number };

interface Counted extends Numbers<Counters> {
  readonly responseTimes: readonly number[];
  /** Requests in flight. */
  readonly active: number;
  /** Connections to targets, idle ones and those that are being made among them. */
  readonly connections: number;
}

export interface TargetMetrics extends Counted {
  readonly id: string;
  readonly state: string;
}

export interface GroupMetrics extends Counted {
  readonly name: string;
  readonly targets: readonly TargetMetrics[];
}

export interface Metrics extends Numbers<Totals> {
  /** Client connections open now (ActiveConnectionCount). */
  readonly connections: number;
  readonly groups: readonly GroupMetrics[];
}
