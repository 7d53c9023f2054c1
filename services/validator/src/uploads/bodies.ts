import type { StoredRow, Upload } from "./repository.ts";

const iso = (date: Date | null) => date && date.toISOString();

export function uploadBody(upload: Upload) {
  const { id, state, format, name, bytes, sha256, uploadedBy, done, total, failureCode, failure } = upload;
  const { refused, approve, review, block_and_review, decline, failureLine, failureColumn } = upload;
  return {
    id,
    state,
    format,
    name,
    bytes,
    sha256,
    uploadedBy,
    uploadedAt: upload.uploadedAt.toISOString(),
    startedAt: iso(upload.startedAt),
    endedAt: iso(upload.endedAt),
    progress: { done, total },
    results: { refused, approve, review, block_and_review, decline },
    failure:
      failure === null
        ? null
        : { code: failureCode as string, message: failure, line: failureLine, column: failureColumn },
  };
}

/** One line of NDJSON. What is JSON text already goes as it is. */
export function resultJson({ row, line, outcome, decision, score, reasons }: StoredRow): string {
  const head = JSON.stringify({ row, line, outcome, decision, score });
  return `${head.slice(0, -1)},"reasons":${reasons}}\n`;
}

export const RESULT_CSV_HEADER = "row,line,outcome,decision,score,reasons\r\n";

/** One line of CSV (RFC 4180): reasons are `code pointer`, with semicolons between. */
export function resultCsv({ row, line, outcome, decision, score, reasons }: StoredRow): string {
  const told = JSON.parse(reasons) as { code: string; pointer: string }[];
  const text = told.map(({ code, pointer }) => `${code} ${pointer}`.trimEnd()).join("; ");
  // Pointers come from the file: a spreadsheet must not take one for a formula, which ours never begins with.
  return `${row},${line},${outcome},${decision ?? ""},${score ?? ""},"${text.replaceAll('"', '""')}"\r\n`;
}
