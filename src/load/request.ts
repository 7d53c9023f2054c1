import { randomUUID } from "node:crypto";
import { fillExample } from "#model/example-request.ts";

/** One request, as text; `${NOW}`, `${NUMBER}` and `${UUID}` in path and body become other values for each that is sent. */
export interface RequestTemplate {
  readonly method: string;
  readonly path: string;
  /** Of the target, with its port where that is not its protocol's own. */
  readonly host: string;
  readonly body: RequestBody | null;
}

export interface RequestBody {
  /** Its media type. */
  readonly type: string;
  /** One character for each byte. */
  readonly bytes: string;
}

/** A value as it goes over the wire. */
export function jsonBody(value: unknown): RequestBody {
  return { type: "application/json", bytes: Buffer.from(JSON.stringify(value)).toString("latin1") };
}

/** A file as it goes over the wire: JSON where it is that. */
export function bodyOf(file: Buffer): RequestBody {
  const bytes = file.toString("latin1");
  try {
    JSON.parse(file.toString("utf8"));
    return { type: "application/json", bytes };
  } catch {
    return { type: "application/octet-stream", bytes };
  }
}

/**
 * Makes requests as they go over the wire, one character for each byte.
 * @param run digits: with those of a request's number they are its `${NUMBER}`, which no other run has.
 */
export function requestMaker(template: RequestTemplate, run: string): (sequence: number) => string {
  const text = wire(template);
  if (fillExample(text, { now: "", number: "", uuid: "" }) === text) return () => complete(text);
  return (sequence) =>
    complete(
      fillExample(text, {
        now: new Date().toISOString(),
        number: numberOf(run, sequence),
        uuid: text.includes("${UUID}") ? randomUUID() : "",
      }),
    );
}

/** What stands in place of `${NUMBER}` in one request of a run. */
export function numberOf(run: string, sequence: number): string {
  return `${run}${String(sequence).padStart(SEQUENCE_DIGITS, "0")}`;
}

export const SEQUENCE_DIGITS = 9;
const LENGTH = "\0";

/** The request without the length of its body, for which a character stands that no head can have. */
function wire({ method, path, host, body }: RequestTemplate): string {
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: plumbline\r\naccept: */*\r\n`;
  if (body === null) return `${head}\r\n`;
  return `${head}content-type: ${body.type}\r\ncontent-length: ${LENGTH}\r\n\r\n${body.bytes}`;
}

function complete(text: string): string {
  const at = text.indexOf(LENGTH);
  if (at === -1) return text;
  const body = text.indexOf("\r\n\r\n", at) + 4;
  return `${text.slice(0, at)}${text.length - body}${text.slice(at + 1)}`;
}
