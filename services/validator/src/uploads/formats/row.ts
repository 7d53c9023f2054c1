import type { Reason } from "../../transactions/reasons.ts";

export const UPLOAD_FORMATS = ["csv", "ndjson", "iso20022", "nacha"] as const;
export type UploadFormat = (typeof UPLOAD_FORMATS)[number];

/** A payment of a file: what POST /v1/transactions would get as its body, or why there is no such body. */
export type Row =
  | { readonly line: number; readonly body: unknown }
  | { readonly line: number; readonly reasons: readonly Reason[] };

/** A place in a file. Lines and columns begin at 1; a column counts characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a file as a whole: none of its rows is decided. */
export const faults = {
  encoding_unsupported: "is not in UTF-8",
  encoding_invalid: "has bytes that are not UTF-8",
  format_unknown: "is none of CSV, NDJSON, ISO 20022 XML and NACHA",
  archive:
    "is an archive or a compressed file; send the file itself, by Content-Encoding: gzip if it is large",
  line_too_long: "has a line that is longer than any row",
  no_rows: "has no rows",
  csv_malformed: "is not CSV (RFC 4180)",
  csv_header: "does not begin with the names of its columns",
  xml_malformed: "is not well-formed XML",
  xml_dtd: "has a document type declaration, which is not read: entities can be used to attack a reader",
  xml_too_deep: "nests deeper, or has larger parts, than any payment message",
  message_unknown: "is none of the ISO 20022 messages that are read: pain.001 and pacs.008",
  control_totals: "does not add up to its own control totals",
  nacha_record: "has a record that is none of the NACHA format, or not in its place",
  truncated: "ends before its end",
} as const satisfies Record<string, string>;

export type FaultCode = keyof typeof faults;

/** Thrown by readers of files. */
export class FileFault extends Error {
  readonly code: FaultCode;
  readonly place: Place | undefined;

  /** `detail` continues the sentence that the code's message begins. */
  constructor(code: FaultCode, place?: Place, detail?: string) {
    super(detail === undefined ? faults[code] : `${faults[code]}: ${detail}`);
    this.code = code;
    this.place = place;
  }
}
