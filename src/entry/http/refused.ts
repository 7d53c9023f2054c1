/**
 * A message that breaks the rules of HTTP/1.1 or the limits of the load balancer. From a client it is
 * answered with `status` and the connection closes; from a target it becomes a 502.
 */
export class MessageRefused extends Error {
  override readonly name = "MessageRefused";
  readonly status: number;

  /** @param reason for the log and for tests; clients see only the status. */
  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
  }
}
