import type { IncomingHttpHeaders } from "node:http";

/** Milliseconds for which an answer is fresh, and for which it may be told after that while the backend fails. */
export interface Allowance {
  readonly fresh: number;
  readonly stale: number;
}

/** With one of these an answer must not be told by others, or not when it is stale (RFC 9111, section 5.2.2). */
const FORBIDDING = ["no-store", "private", "no-cache", "must-revalidate", "proxy-revalidate"];

/** What a backend allows (RFC 9111, section 3, and RFC 5861, section 4); undefined where it allows nothing. */
export function allowanceOf(
  request: IncomingHttpHeaders,
  answer: IncomingHttpHeaders,
): Allowance | undefined {
  const directives = parse(answer["cache-control"]);
  const stale = seconds(directives.get("stale-if-error"));
  if (stale === 0 || FORBIDDING.some((name) => directives.has(name))) return undefined;
  const isPersonal = ["authorization", "x-api-key", "cookie"].some((name) => request[name] !== undefined);
  if (isPersonal && !directives.has("public")) return undefined;
  const varies = (answer.vary ?? "").toLowerCase();
  if (answer["set-cookie"] !== undefined || (varies !== "" && varies !== "accept-encoding")) return undefined;
  const age = seconds(answer.age);
  const fresh = seconds(directives.get("s-maxage") ?? directives.get("max-age"));
  return { fresh: Math.max(0, fresh - age) * 1000, stale: stale * 1000 };
}

function parse(field: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    (field ?? "").split(",").map((part) => {
      const [name = "", value = ""] = part.split("=", 2);
      return [name.trim().toLowerCase(), value.trim().replaceAll('"', "")];
    }),
  );
}

function seconds(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
