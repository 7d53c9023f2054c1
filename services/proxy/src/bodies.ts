import type { IncomingMessage } from "node:http";

import { Problem } from "./problems.ts";

/** Bodies up to this are read before they are sent on: they can be sent again, and cost a single write. */
export const WHOLE_BYTES = 64 * 1024;

export type Body = Buffer | AsyncIterable<Uint8Array> | null;

/** The length that a request says its body has; undefined where it comes in chunks, 0 where there is none. */
export function declaredLength({ headers }: Pick<IncomingMessage, "headers">): number | undefined {
  if (headers["transfer-encoding"] !== undefined) return undefined;
  return Number(headers["content-length"] ?? 0);
}

/**
 * The body of a request: whole where it is small, else as a stream that is read as fast as it is sent on.
 * @throws Problem body_too_large, at once or while the stream is read.
 */
export async function bodyOf(request: IncomingMessage, most: number): Promise<Body> {
  const length = declaredLength(request);
  if (length === 0) return null;
  if (length === undefined || length > WHOLE_BYTES) {
    if (length !== undefined && length > most) throw tooLarge(most);
    return limited(request, most);
  }
  if (length > most) throw tooLarge(most);
  const chunks: Uint8Array[] = [];
  for await (const chunk of parts(request)) chunks.push(chunk);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

async function* limited(request: IncomingMessage, most: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of parts(request)) {
    length += chunk.byteLength;
    if (length > most) throw tooLarge(most);
    yield chunk;
  }
}

/** Whoever stops reading has not done with the connection: the answer is still to be sent on it. */
function parts(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

function tooLarge(most: number): Problem {
  return new Problem("body_too_large", { detail: `This resource takes bodies of at most ${most} bytes.` });
}
