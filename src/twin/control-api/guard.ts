import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/**
 * Whether a request to the control API is refused. A page in a browser can send requests to loopback: a Host that is
 * not ours (DNS rebinding) or an Origin that is not ours (another site's script) is turned away, token or not.
 */
export function refusal(
  headers: IncomingHttpHeaders,
  token: string,
  hosts: readonly string[],
): Refusal | null {
  if (!hosts.includes(headers.host ?? "")) {
    return {
      status: 421,
      code: "HOST_REFUSED",
      message: "This is not the host that the control API answers for.",
    };
  }
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) {
    return {
      status: 403,
      code: "ORIGIN_REFUSED",
      message: "Pages of other origins may not use the control API.",
    };
  }
  if (!sameSecret(headers.authorization ?? "", `Bearer ${token}`)) {
    return {
      status: 401,
      code: "TOKEN_REFUSED",
      message: "Send the token of supervisor.json: Authorization: Bearer …",
    };
  }
  return null;
}

/** Compares digests, so that neither the length nor a common beginning shows in the time. */
function sameSecret(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(one as Buffer, other as Buffer);
}
