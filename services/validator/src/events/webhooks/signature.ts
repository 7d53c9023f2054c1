// Signatures of Standard Webhooks (https://www.standardwebhooks.com), which its libraries verify in many languages.
import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";
/** Bytes: as many as the hash has. */
const LENGTH = 32;

/** Random bytes that messages are signed by. */
export function makeSecret(): Buffer {
  return randomBytes(LENGTH);
}

/** As it is shown once, and as libraries take it. */
export function formatSecret(secret: Buffer): string {
  return PREFIX + secret.toString("base64");
}

/** What a secret is sealed for: it opens as this webhook's only. */
export const secretPurpose = (id: string) => `webhook ${id}`;

export interface Message {
  /** The event's: the same at each attempt. */
  readonly id: string;
  /** Of the attempt, in seconds since 1970: whoever repeats an old message is found out. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of a message: a signature by each secret, so that one can be replaced without a message being refused. */
export function signatureHeaders(
  { id, timestamp, body }: Message,
  secrets: readonly Buffer[],
): Record<string, string> {
  const signatures = secrets.map(
    (secret) => `v1,${createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")}`,
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
