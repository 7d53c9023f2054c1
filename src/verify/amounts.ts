import type { Unit } from "#model/evidence.ts";

/** `250 ms`, `1.5 s`, `90 s`, `5 min`, `1.5 h`; `never` for what has no end. */
export function time(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "never";
  const size = Math.abs(milliseconds);
  if (size >= 180_000 && size < 7_200_000 && size % 60_000 === 0) return `${milliseconds / 60_000} min`;
  if (size < 1_000) return `${digits(milliseconds)} ms`;
  if (size < 600_000) return `${digits(milliseconds / 1_000)} s`;
  if (size < 2 * 3_600_000) return `${digits(milliseconds / 60_000)} min`;
  return size < 48 * 3_600_000
    ? `${digits(milliseconds / 3_600_000)} h`
    : `${digits(milliseconds / 86_400_000)} d`;
}

/** `$1,234.50` */
export function dollars(amount: number): string {
  const sign = amount < 0 ? "-" : "";
  const text = Math.abs(amount).toLocaleString("en-US", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return `${sign}$${text}`;
}

/** A figure with its unit, as people read it. */
export function amount(figure: number, unit: Unit | null): string {
  switch (unit) {
    case "milliseconds":
      return time(figure);
    case "seconds":
      return time(figure * 1_000);
    case "dollars":
      return dollars(figure);
    case "percent":
      return `${digits(figure)} %`;
    case "per-second":
      return `${digits(figure)}/s`;
    case "bytes-per-second":
      return `${bytes(figure, 1_000)}/s`;
    case "bytes":
      return bytes(figure, 1_024);
    case "count":
    case null:
      return digits(figure);
  }
}

/** Three digits, or all that are before the point. */
export function digits(figure: number): string {
  const size = Math.abs(figure);
  const decimals = size >= 100 || Number.isInteger(figure) ? 0 : size >= 10 ? 1 : 2;
  return figure.toLocaleString("en-US", { maximumFractionDigits: decimals });
}

function bytes(figure: number, step: 1_000 | 1_024): string {
  const names = step === 1_000 ? ["B", "kB", "MB", "GB", "TB"] : ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = figure < 1 ? 0 : Math.min(names.length - 1, Math.floor(Math.log(figure) / Math.log(step)));
  return `${digits(figure / step ** power)} ${names[power]}`;
}
