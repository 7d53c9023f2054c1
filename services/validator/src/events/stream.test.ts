import { setImmediate } from "node:timers/promises";

import { expect, test } from "vitest";

import { until } from "../../test/until.ts";
import type { ToldEvent } from "./redis.ts";
import { type End, openStream } from "./stream.ts";
import type { Tail } from "./tail.ts";

/** A log that never ends, of which is counted how far it was read. */
function endlessTail(): Tail & { readonly furthest: number } {
  let furthest = 0;
  return {
    newest: Number.MAX_SAFE_INTEGER,
    get furthest() {
      return furthest;
    },
    refresh: async () => {},
    async read(after) {
      await setImmediate();
      const events = Array.from({ length: 100 }, (_, index): ToldEvent => {
        return {
          number: after + 1 + index,
          kind: "transaction.decided",
          json: JSON.stringify("x".repeat(500)),
        };
      });
      furthest = after + 100;
      return { events, reached: furthest };
    },
    listen: () => () => {},
  };
}

const kinds = new Set(["transaction.decided"] as const);
const patient = {
  after: 0,
  kinds,
  life: 60_000,
  heartbeat: 60_000,
  check: 60_000,
  mayHear: async () => true,
  onSent: () => {},
};

test("a reader that stands still holds little memory, and is cut off", async () => {
  const tail = endlessTail();
  let ended: End | undefined;
  const { body } = openStream({ ...patient, tail, stall: 200, onEnd: (why) => (ended = why) });
  await until(() => ended !== undefined, 5000);
  expect(ended).toBe("stalled");
  expect(body.destroyed).toBe(true);
  expect(tail.furthest, "no more than fits its buffers").toBeLessThan(1000);
});

test("a slow reader gets everything, as fast as it reads", async () => {
  const tail = endlessTail();
  const { body, end } = openStream({ ...patient, tail, stall: 5000, onEnd: () => {} });
  let text = "";
  for await (const chunk of body as AsyncIterable<Buffer>) {
    text += chunk.toString();
    await setImmediate();
    if (text.length > 500_000) break;
  }
  end("reader");
  const ids = [...text.matchAll(/^id: (\d+)\nevent/gm)].map(([, id]) => Number(id));
  expect(ids.length).toBeGreaterThan(500);
  expect(ids).toEqual(ids.map((_, index) => index + 1));
});

test("says from time to time that it is there, and how far it is", async () => {
  const tail: Tail = { ...endlessTail(), newest: 7, listen: () => () => {} };
  const { body, end } = openStream({
    ...patient,
    tail,
    after: 7,
    heartbeat: 10,
    stall: 5000,
    onEnd: () => {},
  });
  let text = "";
  body.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await until(() => text.includes(": \nid: 7\n\n"), 5000);
  end("drain");
  await until(() => body.readableEnded, 5000);
});
