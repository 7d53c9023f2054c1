import { isRecord, placesAt } from "./data.ts";
import { formatPath, type Problem } from "./problems.ts";

/** Where an architecture quotes its document. */
const PLACES = ["objectives.*.claim", "sources.*", "notes.*.statements.*", "planned.*.claim"];

export interface QuotedClaim {
  readonly path: string;
  readonly document: string;
  readonly line: number;
  readonly text: string;
}

/** Every well-formed claim of an architecture, with the document that it quotes. */
export function claimsOf(architecture: unknown): QuotedClaim[] {
  const own = isRecord(architecture) ? architecture["document"] : undefined;
  return PLACES.flatMap((pattern) => placesAt(architecture, pattern.split("."))).flatMap(([path, claim]) => {
    if (!isRecord(claim)) return [];
    const { line, text, document = own } = claim;
    if (typeof line !== "number" || typeof text !== "string" || typeof document !== "string") return [];
    return [{ path: formatPath(path), document, line, text }];
  });
}

/**
 * The claims whose words do not stand at their line: the document has changed, or was misquoted.
 * @param linesOf the lines of a document, or null where it is not at hand.
 */
export function checkClaims(
  architecture: unknown,
  linesOf: (document: string) => readonly string[] | null,
): Problem[] {
  const missing = new Set<string>();
  return claimsOf(architecture).flatMap(({ path, document, line, text }) => {
    const lines = linesOf(document);
    if (lines === null) {
      if (missing.has(document)) return [];
      missing.add(document);
      const message = `the document ${document} is not there`;
      return [{ code: "DOCUMENT_MISSING", path, message, remedy: "Name the folder that has it." }];
    }
    if (lines[line - 1]?.includes(text)) return [];
    const found = lines.findIndex((other) => other.includes(text)) + 1;
    return [
      {
        code: "CLAIM_MISQUOTED",
        path,
        message: `line ${line} of ${document} does not say "${text}"`,
        remedy: found > 0 ? `Line ${found} does.` : "Quote the line's own words.",
      },
    ];
  });
}
