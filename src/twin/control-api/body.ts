import type { IncomingMessage } from "node:http";
import { PlumblineError } from "#model/errors.ts";

/** Far more than any architecture has. */
const MOST_BYTES = 4 * 2 ** 20;

/** The JSON value that a request carries. @throws PlumblineError BODY_UNREADABLE */
export async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw unreadable(`The body is larger than ${MOST_BYTES} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw unreadable(`The body is not JSON: ${(cause as Error).message}.`);
  }
}

function unreadable(what: string): PlumblineError {
  return new PlumblineError("BODY_UNREADABLE", what, "Send one JSON value, as the reference says.");
}
