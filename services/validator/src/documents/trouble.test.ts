// What is made of the errors of the driver, as it throws them.
import { MongoNetworkError, MongoServerError, MongoServerSelectionError } from "mongodb";
import { expect, test } from "vitest";

import { readDocumentsConfig, type DocumentsConfig } from "./config.ts";
import { openDocuments } from "./documents.ts";
import { DocumentsUnavailable, isDuplicate, isFaultOfDocument, isThere, isTransient } from "./errors.ts";
import { createFollower } from "./follower.ts";
import { free, LEASE, taking } from "./lease.ts";
import { afterTrouble, isInsert, OPENING, StreamEnded } from "./stream.ts";
import { startSilent } from "./testing.ts";
import { until } from "../../test/until.ts";
import { Problem } from "../http/problems.ts";

const said = (code: number, message = "no") => new MongoServerError({ message, code, ok: 0 });
const wrapped = (cause: unknown) => new DocumentsUnavailable(cause);
const lost = () => new MongoNetworkError("connection closed");

test("a stream whose place is lost begins anew, and what is there is looked through", () => {
  for (const error of [
    said(286, "Resume of change stream was not possible"),
    said(136, "CappedPositionLost"),
    // What DocumentDB says to a token of another cluster.
    said(9, "Invalid resume token"),
    said(260),
    said(280),
    new StreamEnded(),
  ]) {
    expect(afterTrouble(error, true)).toBe("begin anew");
    expect(afterTrouble(error instanceof StreamEnded ? error : wrapped(error), true)).toBe("begin anew");
  }
});

test("a stream that nobody answers is taken up where it was", () => {
  for (const hadPlace of [true, false]) {
    expect(afterTrouble(lost(), hadPlace)).toBe("resume");
    expect(afterTrouble(wrapped(lost()), hadPlace)).toBe("resume");
    expect(afterTrouble(wrapped(undefined), hadPlace)).toBe("resume");
    expect(afterTrouble(new Error("of the database"), hadPlace)).toBe("resume");
  }
});

test("a server that opens no stream at all is looked at instead", () => {
  expect(afterTrouble(wrapped(said(40_573, "only supported on replica sets")), false)).toBe("look");
});

test("a stream is of what is put there; other ends of it are seen too", () => {
  expect(OPENING.options(undefined, 4500)).not.toHaveProperty("resumeAfter");
  expect(OPENING.options({ _data: "8201" }, 4500)).toMatchObject({ resumeAfter: { _data: "8201" } });
  expect(OPENING.options(undefined, 500).maxAwaitTimeMS, "an answer comes before the deadline").toBe(250);
  expect(isInsert({ operationType: "insert" } as never)).toBe(true);
  expect(isInsert({ operationType: "invalidate" } as never)).toBe(false);
});

test("one reads at a time, until it says no more", () => {
  const now = Date.UTC(2026, 10, 21);
  expect(free("outbox", "me", now)).toEqual({
    _id: "outbox",
    $or: [{ owner: "me" }, { until: { $lt: new Date(now) } }],
  });
  expect(taking("me", now).$set).toEqual({ owner: "me", until: new Date(now + LEASE) });
  expect(taking("me", now).$set, "the place of whoever read before is kept").not.toHaveProperty("token");
});

test("a transaction begins again after a conflict, and where DocumentDB knows no second commit", () => {
  expect([isTransient(said(112)), isTransient(said(251))]).toEqual([true, true]);
  expect([isTransient(lost()), isTransient(said(11_000)), isTransient(undefined)]).toEqual([
    false,
    false,
    false,
  ]);
});

test("a document that would be refused for ever is told from a store that is away", () => {
  expect([isDuplicate(said(11_000)), isThere(said(48)), isFaultOfDocument(said(121))]).toEqual([
    true,
    true,
    true,
  ]);
  expect(isFaultOfDocument(said(10_107)), "another server is the primary by now").toBe(false);
});

test("a store that never answers is waited for until the deadline, in operations and in transactions", async () => {
  const silent = await startSilent();
  const env = { DOCUMENTS_URL: silent.url, DOCUMENTS_TIMEOUT_MS: "500" };
  const documents = openDocuments(readDocumentsConfig(env, []) as DocumentsConfig, "test");
  const warnings: string[] = [];
  const follower = createFollower({
    documents,
    name: "outbox",
    owner: "test",
    collection: "outbox",
    carry: () => Promise.resolve(),
    sweep: () => Promise.resolve(),
    log: { warn: (_, message) => void warnings.push(message), info: () => {} },
  });
  try {
    const began = performance.now();
    const asked = [
      documents.run((db) => db.collection("cases").findOne({})),
      documents.transact(() => Promise.resolve(1)),
      documents.run(() => Promise.reject(new Problem("case_not_found"))),
    ];
    for (const each of await Promise.allSettled(asked))
      expect(each).toMatchObject({ status: "rejected", reason: expect.any(DocumentsUnavailable) });
    expect(performance.now() - began).toBeLessThan(3000);
    expect(silent.connections).toBeGreaterThan(0);
    follower.start();
    await until(() => warnings.length > 0, 5000);
    // By the time that this is answered the follower has tried again.
    await Promise.allSettled([1, 2, 3].map(() => documents.run((db) => db.collection("cases").findOne({}))));
    await documents.transact(() => Promise.resolve(1)).catch(() => {});
    expect(warnings, "the same trouble is told once").toHaveLength(1);
  } finally {
    const stopping = performance.now();
    await follower.stop();
    await documents.close();
    await silent.stop();
    expect(performance.now() - stopping, "it does not hold up the end of the service").toBeLessThan(5000);
  }
});

test("what selects no server is the store's fault, and not the program's", async () => {
  const env = { DOCUMENTS_URL: "mongodb://127.0.0.1:1/?directConnection=true", DOCUMENTS_TIMEOUT_MS: "1000" };
  const documents = openDocuments(readDocumentsConfig(env, []) as DocumentsConfig, "test");
  const error = await documents
    .run((db) => db.collection("cases").findOne({}))
    .catch((thrown: unknown) => thrown);
  await documents.close();
  expect(error).toBeInstanceOf(DocumentsUnavailable);
  const { cause } = error as Error;
  expect(cause === undefined || cause instanceof MongoServerSelectionError).toBe(true);
});
