import { parseJson } from "../../http/json.ts";
import { readLines } from "./lines.ts";
import type { Row } from "./row.ts";

/** One JSON document a line, read as strictly as a request's body. Empty lines are no rows. */
export async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<Row[]> {
  for await (const lines of readLines(text)) {
    yield lines
      .filter(({ text: content }) => content.trim() !== "")
      .map(({ number, text: content }) => {
        const parsed = parseJson(Buffer.from(content));
        if ("reasons" in parsed) return { line: number, reasons: parsed.reasons };
        return { line: number, body: parsed.value };
      });
  }
}
