import fc from "fast-check";
import { expect, test } from "vitest";
import { BodyReader } from "./body.ts";
import { ChunkedReader } from "./chunked.ts";
import { INCOMPLETE } from "./fields.ts";
import { MessageRefused } from "./refused.ts";
import { RequestHead } from "./request-head.ts";
import { ResponseHead } from "./response-head.ts";

const REQUEST =
  "POST http://b.com/a?b HTTP/1.1\r\nHost: a.com\r\nConnection: x, close\r\nX: y\r\nContent-Length: 007\r\n" +
  "X-Forwarded-For: 1.1.1.1\r\nUpgrade: websocket\r\nTransfer-Codings: none\r\n\r\nrest";
const RESPONSE =
  "HTTP/1.1 200 All right\r\nDate: now\r\nKeep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\nServer: a\r\n\r\nrest";
const CHUNKS =
  '4;a="b c"\r\nwiki\r\n005\r\npedia\r\nE;x\r\n in\r\n\r\nchunks.\r\n0\r\nA: b\r\nC: d\r\n\r\nrest';

/** Replaces, removes and repeats some bytes, with a liking for those that parsers trip over. */
const mutation = fc.record({
  place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  remove: fc.nat(2),
  insert: fc.string({
    unit: fc.constantFrom("\r", "\n", " ", "\t", ":", ";", ",", "0", "a", "\0", "\x0b", "\xff", "\r\n"),
    maxLength: 3,
  }),
});
const mutations = fc.array(mutation, { maxLength: 3 });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 8 });

function mutated(
  text: string,
  changes: readonly { place: number; remove: number; insert: string }[],
): Buffer {
  let result = text;
  for (const { place, remove, insert } of changes) {
    const at = Math.floor(place * result.length);
    result = result.slice(0, at) + insert + result.slice(at + remove);
  }
  return Buffer.from(result, "latin1");
}

/** What comes of a message: a description, or the status it is refused with. */
type Outcome = unknown;

function outcome(parse: () => Outcome): Outcome {
  try {
    return parse();
  } catch (error) {
    if (error instanceof MessageRefused) return error.status;
    throw error;
  }
}

/** Ends of the parts that arrive one after another; the last is the whole. */
function ends(bytes: Buffer, places: readonly number[]): number[] {
  return [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort((a, b) => a - b);
}

function readHead(head: RequestHead | ResponseHead, bytes: Buffer, places: readonly number[]): number {
  head.reset();
  let end = INCOMPLETE;
  for (const to of ends(bytes, places)) {
    // Every time in other memory, as after a concatenation.
    if (to > 0) end = head.parse(Buffer.concat([Buffer.from("#"), bytes.subarray(0, to)]), 1, to + 1);
    if (end !== INCOMPLETE) return end - 1;
  }
  return INCOMPLETE;
}

test("a request's head is the same however it is cut", () => {
  const head = new RequestHead();
  const parse = (bytes: Buffer, places: readonly number[]): Outcome =>
    outcome(() => {
      const end = readHead(head, bytes, places);
      if (end === INCOMPLETE) return "incomplete";
      return {
        end,
        kept: head.kept("own"),
        method: head.method,
        target: head.target,
        host: head.host,
        length: head.fields.contentLength,
      };
    });
  expect(parse(mutated(REQUEST, []), [])).toMatchObject({
    method: "POST",
    target: "/a?b",
    host: "b.com",
    length: 7,
  });
  fc.assert(
    fc.property(mutations, cuts, (changes, places) => {
      const bytes = mutated(REQUEST, changes);
      expect(parse(bytes, places)).toEqual(parse(bytes, []));
    }),
    { numRuns: 3000 },
  );
});

test("a response's head is the same however it is cut", () => {
  const head = new ResponseHead();
  const parse = (bytes: Buffer, places: readonly number[]): Outcome =>
    outcome(() => {
      const end = readHead(head, bytes, places);
      return end === INCOMPLETE
        ? "incomplete"
        : { end, kept: head.kept(), status: head.status, chunked: head.fields.chunked };
    });
  expect(parse(mutated(RESPONSE, []), [])).toMatchObject({ status: 200, chunked: true });
  fc.assert(
    fc.property(mutations, cuts, (changes, places) => {
      const bytes = mutated(RESPONSE, changes);
      expect(parse(bytes, places)).toEqual(parse(bytes, []));
    }),
    { numRuns: 3000 },
  );
});

/** A head that was passed on must mean the same to whoever reads it next. */
test("a request's head that is passed on is one that would be passed on again", () => {
  const head = new RequestHead();
  const second = new RequestHead();
  fc.assert(
    fc.property(mutations, (changes) => {
      const bytes = mutated(REQUEST, changes);
      const end = outcome(() => readHead(head, bytes, []));
      if (typeof end !== "number" || end === INCOMPLETE || end >= 400) return;
      const kept = Buffer.from(`${head.kept("own")}\r\n`, "latin1");
      expect(readHead(second, kept, [])).toBe(kept.length);
      expect(second.kept("own")).toBe(head.kept("own"));
      expect(second.fields.contentLength).toBe(head.fields.contentLength);
      expect(second.host === head.host || second.host === "own").toBe(true);
    }),
    { numRuns: 3000 },
  );
});

function readChunks(bytes: Buffer, places: readonly number[]): Outcome {
  return outcome(() => {
    const reader = new ChunkedReader();
    reader.begin();
    let data = "";
    const sink = {
      data: (part: Buffer, from: number, to: number) => void (data += part.toString("latin1", from, to)),
    };
    let at = 0;
    for (const to of ends(bytes, places)) if (!reader.done) at = reader.read(bytes, at, to, sink);
    return reader.done ? { data, end: at } : { data };
  });
}

test("a chunked body is the same however it is cut", () => {
  expect(readChunks(mutated(CHUNKS, []), [])).toEqual({
    data: "wikipedia in\r\n\r\nchunks.",
    end: CHUNKS.length - 4,
  });
  fc.assert(
    fc.property(mutations, cuts, (changes, places) => {
      const bytes = mutated(CHUNKS, changes);
      expect(readChunks(bytes, places)).toEqual(readChunks(bytes, []));
    }),
    { numRuns: 3000 },
  );
});

test("a body takes what belongs to it and no more", () => {
  const reader = new BodyReader();
  const taken: string[] = [];
  const sink = {
    data: (part: Buffer, from: number, to: number) => void taken.push(part.toString("latin1", from, to)),
  };
  const bytes = Buffer.from("0123456789");
  reader.begin("length", 6);
  expect(reader.read(bytes, 0, 4, sink)).toBe(4);
  expect(reader.endsWithConnection()).toBe(false);
  expect(reader.read(bytes, 4, 10, sink)).toBe(6);
  expect([reader.done, taken]).toEqual([true, ["0123", "45"]]);
  reader.begin("none", 0);
  expect([reader.done, reader.read(bytes, 0, 10, sink)]).toEqual([true, 0]);
  reader.begin("until-close", 0);
  expect([reader.read(bytes, 0, 10, sink), reader.done, reader.endsWithConnection()]).toEqual([
    10,
    false,
    true,
  ]);
});
