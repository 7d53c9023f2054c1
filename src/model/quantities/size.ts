import { parseUnits, quantity } from "./quantity.ts";

/** An amount of memory or storage, resolved: bytes. */
export type Bytes = number;

const UNITS = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;

/** An amount of memory or storage as it is written: `"512MiB"`, `"20 GiB"`. */
export type SizeText = `${number}${"" | " "}${keyof typeof UNITS}`;

/** Bytes of a size, or null if the text is not one. A size is a whole number of bytes. */
export function parseSize(text: string): Bytes | null {
  const bytes = parseUnits(text, UNITS);
  return bytes !== null && Number.isInteger(bytes) ? bytes : null;
}

/** The size in the largest binary unit that divides it: `"20GiB"`. */
export function formatSize(bytes: Bytes): SizeText {
  for (const unit of ["TiB", "GiB", "MiB", "KiB"] as const) {
    if (bytes !== 0 && bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit}`;
  }
  return `${bytes}B`;
}

export const Size = quantity<SizeText>("size", '"512MiB", "20 GiB" (B, KB … TB, KiB … TiB)', parseSize);
