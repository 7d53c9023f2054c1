import { stripVTControlCharacters } from "node:util";

/** One JSON object on one line, the last that a command prints. */
export function printJson<Value extends { readonly schemaVersion: 1 }>(value: Value): void {
  console.log(JSON.stringify(value));
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

/** Columns as wide as their widest cell, two spaces apart; colours do not count. */
export function table(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  return rows
    .map((row) =>
      `${indent}${row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell))).join("  ")}`.trimEnd(),
    )
    .join("\n");
}

/** `12.3 MiB`: three digits tell enough. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const [value, unit] = [bytes / 1024 ** power, ["B", "KiB", "MiB", "GiB", "TiB"][power]];
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${unit}`;
}

/** `1h 4m`, `12m 5s`, `8s`. */
export function formatUptime(seconds: number): string {
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    Math.floor(seconds % 60),
  ];
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${rest}s` : `${rest}s`;
}
