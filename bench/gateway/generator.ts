// The load as a process of its own: told what to send by a message, it answers with what it saw.
import { Generator, type LoadResult } from "#load/generator.ts";
import { shapeOf } from "#load/shape.ts";

export interface GatewayLoad {
  readonly port: number;
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Whose requests they are: as many API keys, one after the other. */
  readonly keys: number;
}

/** A POST of a payment's size, evenly spaced in time. */
const BODY = JSON.stringify({ messageId: "MSG-1", text: "x".repeat(500) });
const CONNECTIONS = 64;

process.on("message", async ({ port, rate, seconds, keys }: GatewayLoad) => {
  const generator = new Generator(
    {
      endpoint: { host: "127.0.0.1", port, tls: null },
      arrivals: { kind: "rate", segments: shapeOf("steady", rate, seconds), spacing: "even", seed: 1 },
      seconds,
      connections: CONNECTIONS,
      timeoutMs: 10_000,
      giveUpAfterMs: null,
    },
    (sequence) =>
      [
        `POST /v1/transactions HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        `X-Api-Key: key-${sequence % keys}`,
        `Idempotency-Key: ${sequence}`,
        "Content-Type: application/json",
        `Content-Length: ${BODY.length}`,
        "",
        BODY,
      ].join("\r\n"),
  );
  process.send!((await generator.run()) satisfies LoadResult);
});
