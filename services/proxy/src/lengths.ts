import type { IncomingMessage } from "node:http";

/** Bodies up to this are read before they are sent on: they can be sent again, and cost a single write. */
export const WHOLE_BYTES = 64 * 1024;

/** The length that a request says its body has; undefined where it comes in chunks, 0 where there is none. */
export function declaredLength({ headers }: Pick<IncomingMessage, "headers">): number | undefined {
  if (headers["transfer-encoding"] !== undefined) return undefined;
  return Number(headers["content-length"] ?? 0);
}

/** Whether a client is still sending a body that is too large to be read for nothing. */
export function isStillSending(request: IncomingMessage): boolean {
  return !request.complete && (declaredLength(request) ?? Infinity) > WHOLE_BYTES;
}
