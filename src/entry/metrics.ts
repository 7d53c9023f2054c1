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
  /** From the request's sending to the response's head, summed, in milliseconds (TargetResponseTime). */
  responseTime = 0;

  countTarget(status: number): void {
    if (status < 300) this.target2xx++;
    else if (status < 400) this.target3xx++;
    else if (status < 500) this.target4xx++;
    else this.target5xx++;
  }

  countElb(status: number): void {
    if (status >= 500) this.elb5xx++;
    else if (status >= 400) this.elb4xx++;
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

export interface TargetMetrics extends Numbers<Counters> {
  readonly id: string;
  readonly state: string;
  /** Requests in flight. */
  readonly active: number;
}

export interface GroupMetrics extends Numbers<Counters> {
  readonly name: string;
  readonly active: number;
  readonly targets: readonly TargetMetrics[];
}

export interface Metrics extends Numbers<Totals> {
  /** Client connections open now (ActiveConnectionCount). */
  readonly connections: number;
  readonly groups: readonly GroupMetrics[];
}
