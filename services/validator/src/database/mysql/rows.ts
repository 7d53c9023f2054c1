import type mysql from "mysql2";

import type { Result } from "../session.ts";

/** What mysql2 calls back with: of one statement, or one of each of several. */
export interface Answer {
  readonly results: unknown;
  readonly fields: unknown;
}

/** MySQL has no boolean: `boolean` is tinyint(1). */
const TINYINT = 1;

/** Makes true and false of columns that were declared boolean. The rows are changed where they are. */
export function readFlags(rows: readonly object[], fields: readonly mysql.FieldPacket[]): void {
  for (const { name, columnType, columnLength } of fields) {
    if (columnType !== TINYINT || columnLength !== 1) continue;
    for (const row of rows as Record<string, unknown>[]) {
      if (row[name] !== null) row[name] = row[name] === 1;
    }
  }
}

/** The result of the last statement. */
export function lastOf<Row>({ results, fields }: Answer): Result<Row> {
  // Of several statements there is an array of arrays, and undefined among the fields where one returned no rows.
  const isSeveral = Array.isArray(fields) && fields.some((each) => each === undefined || Array.isArray(each));
  const result = (isSeveral ? (results as unknown[]).at(-1) : results) as object[] | mysql.ResultSetHeader;
  const named = (isSeveral ? (fields as unknown[]).at(-1) : fields) as mysql.FieldPacket[] | undefined;
  if (!Array.isArray(result)) return { rows: [], rowCount: result.affectedRows };
  readFlags(result, named ?? []);
  return { rows: result as Row[], rowCount: result.length };
}
