import type { IncomingHttpHeaders } from "node:http";

/**
 * How a request and its answer come. `call`: soon, and as a whole. `upload`: the request's body as fast as its sender has
 * it, however long that takes. `events`: an answer without an end.
 */
export const EXCHANGES = ["call", "upload", "events"] as const;
export type Exchange = (typeof EXCHANGES)[number];

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function isEventStream({ "content-type": type = "" }: IncomingHttpHeaders): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(type);
}
