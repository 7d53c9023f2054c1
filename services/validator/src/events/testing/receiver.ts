// Somebody who is sent webhooks, and behaves as the test wants.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A message as it came. */
export interface Received {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly envelope: Envelope;
}

export interface Envelope {
  readonly id: string;
  readonly "detail-type": string;
  readonly detail: Record<string, unknown>;
}

export interface Receiver {
  readonly url: string;
  /** All messages, also those that were not accepted. */
  readonly received: Received[];
  /** Those that were answered with success. */
  readonly accepted: Received[];
  close(): Promise<void>;
}

/** The status to answer with; undefined where `response` is used by itself. */
export type Behaviour = (
  message: Received,
  response: ServerResponse,
) => number | undefined | Promise<number | undefined>;

export async function startReceiver(behave: Behaviour = () => 204): Promise<Receiver> {
  const received: Received[] = [];
  const accepted: Received[] = [];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    const body = await text(request);
    const headers = request.headers as Record<string, string>;
    const envelope = JSON.parse(body) as Envelope;
    const message = { id: headers["webhook-id"] ?? "", headers, body, envelope };
    received.push(message);
    const status = await behave(message, response);
    if (status === undefined) return;
    if (status < 300) accepted.push(message);
    response.writeHead(status).end();
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => {}));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    accepted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
