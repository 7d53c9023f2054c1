/** Makes numbers of columns that came as decimal text; null stays null. The rows are changed where they are. */
export function readNumbers(rows: readonly object[], columns: readonly string[]): void {
  for (const row of rows as Record<string, unknown>[]) {
    for (const column of columns) {
      const value = row[column];
      if (typeof value === "string") row[column] = Number(value);
    }
  }
}

/** Parses columns that came as the text of JSON; null stays null. The rows are changed where they are. */
export function readJson(rows: readonly object[], columns: readonly string[]): void {
  for (const row of rows as Record<string, unknown>[]) {
    for (const column of columns) {
      const value = row[column];
      if (typeof value === "string") row[column] = JSON.parse(value);
    }
  }
}
