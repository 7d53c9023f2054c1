import { parseUnits, quantity } from "./quantity.ts";

/** How often something happens, resolved: times a second. */
export type PerSecond = number;

const TIMES = { "/s": 1, "/min": 1 / 60, "/h": 1 / 3600, "/d": 1 / 86_400 } as const;
const BYTES = {
  "B/s": 1,
  "KB/s": 1e3,
  "MB/s": 1e6,
  "GB/s": 1e9,
  Kbps: 125,
  Mbps: 125_000,
  Gbps: 125_000_000,
} as const;

/** A rate as it is written: `"10000/min"`, `"50000/s"`. */
export type RateText = `${number}${keyof typeof TIMES}`;
/** A flow of data as it is written: `"100MB/s"`, `"1Gbps"`. */
export type FlowText = `${number}${"" | " "}${keyof typeof BYTES}`;

/** Times a second, or null if the text is not a rate. */
export function parseRate(text: string): PerSecond | null {
  return parseUnits(text, TIMES);
}

/** Bytes a second, or null if the text is not a flow. */
export function parseFlow(text: string): PerSecond | null {
  return parseUnits(text, BYTES);
}

export const Rate = quantity<RateText>("rate", '"10000/min" (/s, /min, /h, /d)', parseRate);
export const Flow = quantity<FlowText>("flow of data", '"100MB/s" or "1Gbps"', parseFlow);
