import { lookup } from "node:dns/promises";
import { PlumblineError } from "#model/errors.ts";

/** The most that is sent to a host that is not this machine, in requests a second. */
export const MOST_ELSEWHERE = 1000;

/**
 * Whether load may be sent to a host. This machine's own addresses may get any; another host only what somebody says is
 * theirs to load, and never so much that a slip does harm.
 * @param peak requests a second. @throws PlumblineError LOAD_NOT_ALLOWED, LOAD_TARGET_UNKNOWN
 */
export async function assertMayLoad(host: string, peak: number, isMine: boolean): Promise<void> {
  const addresses = await lookup(host, { all: true }).catch(() => []);
  if (addresses.length === 0)
    throw new PlumblineError(
      "LOAD_TARGET_UNKNOWN",
      `There is no host ${host}.`,
      "Give a URL, or the name of a twin that runs.",
    );
  if (addresses.every(({ address }) => isLoopback(address))) return;
  if (!isMine)
    throw new PlumblineError(
      "LOAD_NOT_ALLOWED",
      `${host} is not this machine.`,
      `Load can take a service down, and who sends it is liable. Where the service is yours, say so with --yes-this-is-mine; at most ${MOST_ELSEWHERE}/s are sent then.`,
    );
  if (peak > MOST_ELSEWHERE)
    throw new PlumblineError(
      "LOAD_NOT_ALLOWED",
      `${Math.round(peak)} requests a second at the peak are more than are sent to another machine.`,
      `Give a --rate with a peak of at most ${MOST_ELSEWHERE}/s.`,
    );
}

/** https://www.rfc-editor.org/rfc/rfc6890: 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}
