import * as z from "zod";

/** The document's own words, and the line where they stand: what a figure in the architecture is held against. */
export const Claim = z.strictObject({
  text: z.string().min(1),
  line: z.int().min(1),
  /** The file, where it is not the architecture's own `document`. */
  document: z.string().min(1).optional(),
});

/**
 * Where a document contradicts itself, or says something that the architecture cannot follow: all its statements,
 * what the architecture holds, and why. Configuration beats diagram beats cost table.
 */
export const Note = z.strictObject({
  about: z.string().min(1),
  /**
   * `contradiction`: the statements cannot all be true; `gap`: they leave open what has to be known; `choice`: how they
   * are read. The first two are findings of `plumbline verify`.
   */
  kind: z.enum(["contradiction", "gap", "choice"]).default("choice"),
  statements: z.array(Claim).default([]),
  decision: z.string().min(1),
});

/** What the document announces for later: recorded, never counted as there. */
export const Plan = z.strictObject({ what: z.string().min(1), claim: Claim });
