import fc from "fast-check";
import { expect, test } from "vitest";
import { balance, RawTarget } from "./test-support.ts";

/** One valid request, as it is written and as a target has to see it. */
interface Valid {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Sizes of the chunks that the body is cut into; none for Content-Length. */
  readonly chunks: readonly number[] | undefined;
  readonly extension: string;
  readonly emptyLine: boolean;
}

const token = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_!~"), minLength: 1, maxLength: 12 });
const text = (characters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), maxLength });
const valid: fc.Arbitrary<Valid> = fc.record({
  method: fc.constantFrom("POST", "PUT", "PATCH", "DELETE", "M-SEARCH"),
  path: text("ab/?=&%2;:@", 20).map((path) => `/${path}`),
  fields: fc.array(
    fc.tuple(
      token.map((name) => `X-${name}`),
      text('ab ,;="\t\xe4', 20).map((value) => value.trim()),
    ),
    { maxLength: 5 },
  ),
  // What looks like framing or like another request is just data.
  body: fc
    .array(fc.constantFrom("0\r\n\r\n", "\r\n", "GET / HTTP/1.1\r\n", "a", "xyz", "\0", "\xff", "5;"), {
      maxLength: 20,
    })
    .map((parts) => parts.join("")),
  chunks: fc.option(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }), {
    nil: undefined,
  }),
  extension: fc.constantFrom("", ";a", ";a=b", ';a="b;\\"c"'),
  emptyLine: fc.boolean(),
});

function written({ method, path, fields, body, chunks, extension, emptyLine }: Valid): string {
  let head = `${emptyLine ? "\r\n" : ""}${method} ${path} HTTP/1.1\r\nHost: a\r\n`;
  for (const [name, value] of fields) head += `${name}: ${value}\r\n`;
  if (chunks === undefined) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  let coded = "";
  let at = 0;
  for (let index = 0; at < body.length; index++) {
    const size = Math.min(body.length - at, chunks[index % chunks.length]!);
    coded += `${size.toString(16)}${extension}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${head}Transfer-Encoding: chunked\r\n\r\n${coded}0\r\n\r\n`;
}

/** What a target reads: the line, the fields of the client, and the body without its framing. */
function understood(bytes: string): unknown[] {
  const requests: unknown[] = [];
  let rest = bytes;
  while (rest !== "") {
    const headTo = rest.indexOf("\r\n\r\n") + 4;
    const head = rest.slice(0, headTo);
    rest = rest.slice(headTo);
    let body = "";
    if (/\r\nTransfer-Encoding: chunked\r\n/.test(head)) {
      for (let size = -1; size !== 0;) {
        const lineTo = rest.indexOf("\r\n");
        size = Number.parseInt(rest.slice(0, lineTo), 16);
        body += rest.slice(lineTo + 2, lineTo + 2 + size);
        rest = rest.slice(lineTo + 2 + size + 2);
      }
    } else {
      const length = Number(/\r\nContent-Length: (\d+)/.exec(head)![1]);
      body = rest.slice(0, length);
      rest = rest.slice(length);
    }
    const fields = [...head.matchAll(/\r\n(X-(?!Forwarded|Amzn)[^:]*): (.*)(?=\r\n)/g)].map(([, n, v]) => [
      n,
      v,
    ]);
    requests.push([head.slice(0, head.indexOf(" HTTP/1.1")), fields, body]);
  }
  return requests;
}

function answer(count: number): string {
  return `HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 4\r\n\r\n${1000 + count}`;
}

test("whatever valid requests are sent and wherever they are cut, targets read the same", async () => {
  let wanted = "";
  let answered = 0;
  const target = await RawTarget.start();
  // Answers without understanding anything: one answer for each end that the test knows of.
  target.onData = (bytes, socket) => {
    wanted += bytes;
    if (!isWhole(wanted)) return;
    const { length } = understood(wanted);
    while (answered < length) socket.write(answer(answered++), "latin1");
  };
  const { client } = await balance([target]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(valid, { minLength: 1, maxLength: 4 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 12 }),
      async (requests, places) => {
        wanted = "";
        answered = 0;
        const bytes = requests.map(written).join("");
        const cuts = [...new Set(places.map((place) => Math.floor(place * bytes.length)))].sort(
          (a, b) => a - b,
        );
        const raw = client();
        for (const [index, from] of [0, ...cuts].entries()) {
          const part = bytes.slice(from, cuts[index] ?? bytes.length);
          await new Promise<void>(
            (resolve) => void raw.socket.write(part, "latin1", () => setImmediate(resolve)),
          );
        }
        await raw.receives(String(1000 + requests.length - 1));
        expect(understood(wanted)).toEqual(
          requests.map(({ method, path, fields, body }) => [
            `${method} ${path}`,
            fields.map(([n, v]) => [n, v]),
            body,
          ]),
        );
        expect(raw.text).toBe(requests.map((_, index) => answer(index)).join(""));
        raw.socket.destroy();
      },
    ),
    { numRuns: 150 },
  );
});

/** Whether the bytes end where a request does. */
function isWhole(bytes: string): boolean {
  let rest = bytes;
  while (rest !== "") {
    const headTo = rest.indexOf("\r\n\r\n");
    if (headTo === -1) return false;
    const head = rest.slice(0, headTo + 2);
    rest = rest.slice(headTo + 4);
    const length = /\r\nContent-Length: (\d+)/.exec(head)?.[1];
    if (length !== undefined) {
      if (rest.length < Number(length)) return false;
      rest = rest.slice(Number(length));
      continue;
    }
    for (let size = -1; size !== 0;) {
      const lineTo = rest.indexOf("\r\n");
      if (lineTo === -1) return false;
      size = Number.parseInt(rest.slice(0, lineTo), 16);
      const next = lineTo + 2 + size + 2;
      if (rest.length < next) return false;
      rest = rest.slice(next);
    }
  }
  return true;
}
