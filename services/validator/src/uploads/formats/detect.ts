import { FileFault, type UploadFormat } from "./row.ts";
import { CSV_COLUMNS } from "./csv.ts";

/** Bytes of the beginning of a file that are enough to tell what it is. */
export const DETECTABLE = 4096;

const TYPES: Readonly<Record<string, UploadFormat>> = {
  "text/csv": "csv",
  "application/x-ndjson": "ndjson",
  "application/ndjson": "ndjson",
  "application/jsonl": "ndjson",
  "application/xml": "iso20022",
  "text/xml": "iso20022",
};

/** Says nothing about the content. */
const UNTYPED = new Set(["application/octet-stream", "text/plain"]);

/** What a Content-Type header says; "unsaid" where it says nothing, undefined where it is none that is taken. */
export function formatOfType(contentType: string | undefined): UploadFormat | "unsaid" | undefined {
  const type = (contentType ?? "application/octet-stream").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return UNTYPED.has(type) ? "unsaid" : TYPES[type];
}

/** What a file is by its first bytes. Throws FileFault for what is in no encoding or format that is read. */
export function detectFormat(beginning: Buffer, said: UploadFormat | "unsaid"): UploadFormat {
  refuseOthers(beginning);
  const text = beginning.toString("utf8").replace(/^\uFEFF/, "");
  const start = text.trimStart();
  const encoding = /^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(start)?.[1];
  if (encoding !== undefined) requireUtf8(encoding);
  if (said !== "unsaid") return said;
  if (start.startsWith("<")) return "iso20022";
  if (start.startsWith("{")) return "ndjson";
  // A file header with priority code 01 and a routing number, or a batch header: where more is wrong, its reader says where.
  if (/^101[ \d]\d{6,}|^101.{31}09410|^5(?:200|220|225|280)/.test(text)) return "nacha";
  const header = text.split("\n", 1)[0] ?? "";
  const names = header.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  if (names.some((name) => (CSV_COLUMNS as readonly string[]).includes(name))) return "csv";
  throw new FileFault("format_unknown");
}

/** Throws FileFault where an XML declaration says that the file is in an encoding that is not read. */
function requireUtf8(encoding: string): void {
  if (/^(?:utf-?8|us-ascii)$/i.test(encoding)) return;
  throw new FileFault("encoding_unsupported", undefined, `it says that it is in ${encoding.slice(0, 32)}`);
}

const ARCHIVES = [
  "1f8b",
  "504b0304",
  "504b0506",
  "425a68",
  "fd377a585a00",
  "28b52ffd",
  "377abcaf271c",
  "52617221",
];
/** Byte order marks of UTF-16 and UTF-32, and what XML begins with in UTF-16 without one (XML 1.0, appendix F). */
const OTHER_ENCODINGS = ["fffe", "feff", "0000feff", "3c00", "003c"];

function refuseOthers(beginning: Buffer): void {
  const hex = beginning.toString("hex", 0, 8);
  if (ARCHIVES.some((magic) => hex.startsWith(magic))) throw new FileFault("archive");
  if (OTHER_ENCODINGS.some((mark) => hex.startsWith(mark)) || beginning[1] === 0) {
    throw new FileFault("encoding_unsupported", undefined, "it is in UTF-16 or UTF-32, or binary");
  }
}
