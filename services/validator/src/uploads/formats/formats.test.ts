import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { payment } from "../../../test/payments.ts";
import type { TransactionBody } from "../../transactions/schema.ts";
import { csvFile, nachaFile, ndjsonFile, pacs008, pain001, type NachaEntry } from "../testing/files.ts";
import { detectFormat } from "./detect.ts";
import { readRows } from "./read-rows.ts";
import { FileFault, type Row, type UploadFormat } from "./row.ts";

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const cut of [
    ...cuts.map((one) => one % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ]) {
    yield bytes.subarray(start, cut);
    start = Math.max(start, cut);
  }
}

async function read(
  format: UploadFormat,
  content: string | Buffer,
  cuts: readonly number[] = [],
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const some of readRows(format, inPieces(Buffer.from(content), cuts))) rows.push(...some);
  return rows;
}

/** What makes the reader refuse the file. */
async function faultOf(format: UploadFormat, content: string | Buffer, cuts: readonly number[] = []) {
  const error = await read(format, content, cuts).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FileFault);
  const { code, place, message } = error as FileFault;
  return { code, place, message };
}

const numbered = (count: number): TransactionBody[] =>
  Array.from({ length: count }, (_, index) =>
    payment({
      endToEndId: `E-${index + 1}`,
      instructedAmount: { value: String(100 + index), currency: "EUR" },
      creditor: { ...payment().creditor, name: `Société "${index}", Ünïcode & Söhne 漢字 👩‍💻` },
    }),
  );
const PAYMENTS = numbered(5);
/** What a credit transfer has no place for. */
const bare = PAYMENTS.map((one) => payment({ ...one, channel: undefined, ip: undefined } as object));
const ENTRIES: NachaEntry[] = Array.from({ length: 12 }, (_, index) => ({
  code: index % 3 === 0 ? "27" : "22",
  routing: "121042882",
  account: `ACC${index}`,
  cents: 1000 + index,
  name: `Receiver ${index}`,
}));

const FILES: Readonly<Record<string, { format: UploadFormat; content: string; bodies?: unknown[] }>> = {
  CSV: { format: "csv", content: csvFile(PAYMENTS), bodies: PAYMENTS },
  NDJSON: { format: "ndjson", content: ndjsonFile(PAYMENTS), bodies: PAYMENTS },
  "pain.001": { format: "iso20022", content: pain001(PAYMENTS), bodies: bare },
  "pacs.008": { format: "iso20022", content: pacs008(PAYMENTS), bodies: bare },
  NACHA: { format: "nacha", content: nachaFile(ENTRIES) },
  "NACHA without ends of lines": { format: "nacha", content: nachaFile(ENTRIES, { end: "" }) },
  "NACHA with CR": { format: "nacha", content: nachaFile(ENTRIES, { end: "\r" }) },
  "NACHA with CR LF": { format: "nacha", content: nachaFile(ENTRIES, { end: "\r\n" }) },
};

describe.each(Object.entries(FILES))("%s", (_name, { format, content, bodies }) => {
  test("is read as the payments that were written", async () => {
    const rows = await read(format, content);
    expect(rows).toHaveLength(bodies?.length ?? ENTRIES.length);
    const found = rows.map((row) => "body" in row && row.body);
    expect(found).toEqual(bodies ?? found);
  });

  test("is known by its content", () => {
    expect(detectFormat(Buffer.from(content), "unsaid")).toBe(format);
    expect(detectFormat(Buffer.from(`\uFEFF${content}`), "unsaid")).toBe(format);
  });

  test("gives the same rows however its bytes are cut", async () => {
    const whole = await read(format, content);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20_000), { maxLength: 40 }), async (cuts) => {
        expect(await read(format, content, cuts)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
    const each = Array.from(Buffer.from(content), (_byte, index) => index);
    expect(await read(format, content, each)).toEqual(whole);
  });

  test("tells where a byte is not UTF-8, however its bytes are cut", async () => {
    const bytes = Buffer.from(content);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.array(fc.nat(20_000), { maxLength: 5 }),
        async (index, cuts) => {
          // In place of a whole character, so that the one before is whole.
          const characters = [...content];
          const at = index % characters.length;
          const before = characters.slice(0, at).join("");
          const broken = Buffer.concat([
            Buffer.from(before),
            Buffer.from([0xff]),
            Buffer.from(characters.slice(at + 1).join("")),
          ]);
          const line = before.split("\n").length;
          const column = before.length - (before.lastIndexOf("\n") + 1) + 1;
          // What stands before may be wrong by itself first: a record without its neighbours, for example.
          const { code, place } = await faultOf(format, broken, cuts);
          const isEarlier = ["nacha_record", "control_totals"].includes(code);
          expect(isEarlier || [code, place]).toEqual(isEarlier || ["encoding_invalid", { line, column }]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("never gives more rows than it has, wherever it is cut off", async () => {
    const whole = await read(format, content);
    const bytes = Buffer.from(content);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 2), async (length) => {
        const error = await read(format, bytes.subarray(0, length)).catch((reason: unknown) => reason);
        const isFewer = Array.isArray(error) && error.length <= whole.length;
        expect(isFewer || error instanceof FileFault).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

test("XML and NACHA that are cut off are refused, wherever", async () => {
  for (const name of ["pain.001", "pacs.008", "NACHA"]) {
    const { format, content } = FILES[name] as (typeof FILES)[string];
    const last = name === "NACHA" ? content.indexOf("\n9") : content.length - 2;
    for (let length = 1; length < last; length += 97) {
      const { code } = await faultOf(format, content.slice(0, length));
      expect(["truncated", "xml_malformed", "message_unknown", "nacha_record"]).toContain(code);
    }
  }
});

describe("rows that are no payments are told by themselves", () => {
  test("NDJSON", async () => {
    const content = `${JSON.stringify(PAYMENTS[0])}\n{"a":1,"a":2}\n\nnonsense\n[]`;
    const rows = await read("ndjson", content);
    expect(rows.map((row) => [row.line, "reasons" in row ? row.reasons[0]?.code : "body"])).toEqual([
      [1, "body"],
      [2, "json_duplicate_key"],
      [4, "json_malformed"],
      [5, "body"],
    ]);
  });

  test("NACHA: classes whose entries are none", async () => {
    const [row] = await read("nacha", nachaFile(ENTRIES).replace("PPD", "SHR"));
    expect(row).toMatchObject({ line: 3, reasons: [{ code: "entry_class_unknown" }] });
  });

  test.each([
    ["26", "entry_return"],
    ["28", "entry_prenote"],
    ["29", "entry_without_money"],
    ["25", "transaction_code_unknown"],
  ])("NACHA: entries with the transaction code %s are %s", async (code, reason) => {
    const rows = await read("nacha", nachaFile(ENTRIES).replaceAll("\n627", `\n6${code}`));
    expect(rows[0]).toMatchObject({ line: 3, reasons: [{ code: reason }] });
    expect(rows[1]).toMatchObject({ body: { debtor: { name: "ACME CORP" } } });
  });

  test.each(["98", "99"])("NACHA: an entry with an addenda of type %s is no payment", async (type) => {
    const addenda = `7${type}R01121042880000001      12104288`.padEnd(79) + "121042880000001";
    // Files of returns have the transaction codes of the payments, as often as not.
    const change = (records: string[]) =>
      records
        .toSpliced(3, 0, addenda)
        .map((one) => one.replace(/^(8200|9000001.{6}00)000012/, (_, before: string) => `${before}000013`));
    const rows = await read("nacha", nachaFile(ENTRIES, { change }));
    expect(rows).toHaveLength(ENTRIES.length);
    expect(rows[0]).toMatchObject({ line: 3, reasons: [{ code: "entry_return" }] });
    expect(rows[1]).toMatchObject({ line: 5, body: { endToEndId: "231380100000002" } });
  });

  test("NACHA: a routing number whose check digit does not fit, and an account without number", async () => {
    const broken = ENTRIES.map((entry, index) =>
      index === 1 ? { ...entry, routing: "121042883" } : index === 2 ? { ...entry, account: "" } : entry,
    );
    const rows = await read("nacha", nachaFile(broken));
    expect(rows[1]).toMatchObject({ line: 4, reasons: [{ code: "routing_number_checksum" }] });
    expect(rows[2]).not.toHaveProperty("body.creditor.account");
  });
});

test.each([
  ["a shift of its header", nachaFile(ENTRIES).replace("101 121042882", "101 0121042882"), 1, 35],
  ["no file header", nachaFile(ENTRIES).split("\n").slice(1).join("\n"), 1, 1],
])("a NACHA file with %s is known for one, and refused with its place", async (_, content, line, column) => {
  expect(detectFormat(Buffer.from(content), "unsaid")).toBe("nacha");
  const { code, place } = await faultOf("nacha", content);
  expect([code, place]).toEqual(["nacha_record", { line, column }]);
});

test("an addenda without its entry is refused with its place", async () => {
  const content = nachaFile(ENTRIES, { change: (records) => records.toSpliced(2, 0, "705".padEnd(94)) });
  const { code, place } = await faultOf("nacha", content);
  expect([code, place]).toEqual(["nacha_record", { line: 3, column: 1 }]);
});

describe("namespaces of ISO 20022", () => {
  const written = pain001(PAYMENTS);
  const NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

  test.each([
    ["Germany's variant", written.replace(NAMESPACE, "urn:iso:std:iso:20022:tech:xsd:pain.001.003.03")],
    [
      "Switzerland's variant",
      written.replace(NAMESPACE, "http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd"),
    ],
    [
      "a prefix that an element around the document declares",
      pacs008(PAYMENTS)
        .replace(/ xmlns:p="([^"]+)"/, "")
        .replace(
          "<p:Document>",
          '<Envelope xmlns:p="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10"><p:Document>',
        )
        .replace("</p:Document>", "</p:Document></Envelope>"),
    ],
  ])("%s is read", async (_, content) => {
    const rows = await read("iso20022", content);
    expect(rows.map((row) => "body" in row && row.body)).toEqual(bare);
  });

  test.each([
    ["another message", "pacs.002.001.10", "it is in urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"],
    ["none", undefined, "its Document has no namespace"],
  ])("%s is told", async (_, message, detail) => {
    const namespace = message === undefined ? "" : ` xmlns="urn:iso:std:iso:20022:tech:xsd:${message}"`;
    const content = written.replace(` xmlns="${NAMESPACE}"`, namespace);
    const fault = await faultOf("iso20022", content);
    expect(fault.code).toBe("message_unknown");
    expect(fault.message).toContain(detail);
  });
});

test("a NACHA entry is a payment between the company and the receiver", async () => {
  const [debit, credit] = await read("nacha", FILES["NACHA"]?.content ?? "");
  const company = { name: "ACME CORP", account: { other: "23138010-1231380104" }, country: "US" };
  const [first, second] = [0, 1].map((index) => ({
    name: `Receiver ${index}`,
    account: { other: `121042882-ACC${index}` },
    country: "US",
  }));
  expect(debit).toEqual({
    line: 3,
    body: {
      messageId: "231380104-2602011200-A",
      endToEndId: "231380100000001",
      creationDateTime: "2026-02-01T12:00:00Z",
      instructedAmount: { value: "1000", currency: "USD" },
      debtor: first,
      creditor: company,
    },
  });
  expect(credit).toMatchObject({ body: { debtor: company, creditor: second } });
});

test.each<[string, UploadFormat, string, string, { line: number; column: number } | undefined]>([
  ["a column nobody knows", "csv", "messageId,isbn\nA,B\n", "csv_header", { line: 1, column: 1 }],
  [
    "a row that is too short",
    "csv",
    `${csvFile(PAYMENTS.slice(0, 1))}A,B\n`,
    "csv_malformed",
    { line: 3, column: 1 },
  ],
  ["an open quote", "csv", `${csvFile([])}"A`, "truncated", undefined],
  ["a line without an end", "ndjson", "x".repeat(100_000), "line_too_long", { line: 1, column: 65_536 }],
  [
    "another message",
    "iso20022",
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><A/></Document>',
    "message_unknown",
    { line: 1, column: 1 },
  ],
  [
    "a header with semicolons before lines that are no CSV",
    "csv",
    csvFile(PAYMENTS).replaceAll(",", ";"),
    "csv_header",
    { line: 1, column: 1 },
  ],
  ["a second root", "iso20022", `${pain001(PAYMENTS)}<a/>`, "xml_malformed", undefined],
  ["no message", "iso20022", "<svg></svg>", "message_unknown", undefined],
  ["a wrong count", "iso20022", pain001(PAYMENTS, { count: 4 }), "control_totals", undefined],
  ["a wrong sum", "iso20022", pacs008(PAYMENTS, { sum: "510.11" }), "control_totals", undefined],
  [
    "another encoding by name",
    "iso20022",
    pain001(PAYMENTS).replace("UTF-8", "ISO-8859-1"),
    "encoding_unsupported",
    undefined,
  ],
  ["unclosed elements", "iso20022", pain001(PAYMENTS).replace("</PmtInf>", ""), "xml_malformed", undefined],
])("%s is refused with its place", async (_, format, content, code, place) => {
  const fault = await faultOf(format, content);
  expect(fault.code).toBe(code);
  expect(fault.place).toEqual(place ?? fault.place);
});

describe("NACHA control records", () => {
  test.each([
    ["8200", 4, "the number of entries"],
    ["8200", 10, "the entry hash"],
    ["8200", 20, "the sum of debits"],
    ["8200", 32, "the sum of credits"],
    ["9000", 1, "the number of batches"],
    ["9000", 13, "the number of entries"],
    ["9000", 21, "the entry hash"],
    ["9000", 31, "the sum of debits"],
    ["9000", 43, "the sum of credits"],
  ])("%s with another digit from column %i on is refused", async (type, index, what) => {
    const change = (records: string[]) =>
      records.map((one) => (one.startsWith(type) ? `${one.slice(0, index)}9${one.slice(index + 1)}` : one));
    const fault = await faultOf("nacha", nachaFile(ENTRIES, { change }));
    expect([fault.code, fault.place?.column]).toEqual(["control_totals", index + 1]);
    expect(fault.message).toContain(what);
  });
});

describe("attacks by XML", () => {
  const lol = Array.from(
    { length: 9 },
    (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`,
  ).join("");
  test.each([
    ["a billion laughs", `<!DOCTYPE lolz [<!ENTITY l0 "lol">${lol}]>`],
    ["an external entity", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'],
    ["a parameter entity", '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]>'],
    ["an external subset", '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">'],
  ])("%s: the declaration is refused, and nothing of it read", async (_, doctype) => {
    expect((await faultOf("iso20022", pain001(PAYMENTS, { doctype }))).code).toBe("xml_dtd");
  });

  test("entities that XML does not have are refused", async () => {
    const content = pain001(PAYMENTS).replace("Erika", "&nbsp;");
    expect((await faultOf("iso20022", content)).code).toBe("xml_malformed");
  });

  test.each([
    ["depth", `<Document>${"<a>".repeat(100_000)}`],
    ["a text without end", `<Document><a>${"x".repeat(10_000_000)}`],
    [
      "an element with too many parts",
      `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><a>${"<b/>".repeat(100_000)}`,
    ],
    ["a name without end", `<${"x".repeat(1_000_000)}`],
    ["an attribute without end", `<Document a="${"x".repeat(1_000_000)}`],
    ["a declaration without end", `<!DOCTYPE a [${"x".repeat(1_000_000)}`],
  ])("%s takes no memory", async (_, beginning) => {
    const every = Array.from({ length: 200 }, (_one, index) => index * 65_536);
    const { code } = await faultOf("iso20022", beginning, every);
    expect(["xml_too_deep", "xml_malformed", "xml_dtd"]).toContain(code);
  });
});

test.each([
  ["UTF-16 with a mark", Buffer.from("\uFEFFmessageId", "utf16le"), "encoding_unsupported"],
  ["UTF-16 without", Buffer.from("messageId", "utf16le"), "encoding_unsupported"],
  [
    "XML that says that it is in Latin-1",
    Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><Document>\u00f8', "latin1"),
    "encoding_unsupported",
  ],
  ["gzip", Buffer.from("1f8b0800", "hex"), "archive"],
  ["zip", Buffer.from("PK\u0003\u0004"), "archive"],
  ["prose", Buffer.from("Dear Sir or Madam,"), "format_unknown"],
])("%s is not taken", (_, beginning, code) => {
  expect(() => detectFormat(beginning, "unsaid")).toThrow(expect.objectContaining({ code }));
});
