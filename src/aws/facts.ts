/** Something that AWS, Kubernetes or another maker documents, with the page and the day on which it said so. */
export interface Dated<T> {
  readonly value: T;
  readonly page: string;
  /** `2026-11-21`; `2025-05` where only the month is known. */
  readonly asOf: string;
  /** What the page says, or what follows from it. */
  readonly says?: string;
}

/** The day for which the facts in this folder were gathered. What has an end is judged by this day unless told otherwise. */
export const FACTS_AS_OF = "2026-11-21";
