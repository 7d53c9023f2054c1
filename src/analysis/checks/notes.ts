import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails, inconclusive } from "../finding.ts";

type Note = ResolvedArchitecture["notes"][number];

/** Where the architecture's author has noted that the document's statements cannot all be true, or leave something open. */
export const notes: Check = (architecture) => architecture.notes.flatMap(noted);

function noted({ about, kind, statements, decision }: Note, index: number): Finding[] {
  if (kind === "choice") return [];
  const quotes = statements.map(({ line, text }) => `"${text}" (line ${line})`).join(", ");
  const part = `notes.${index}`;
  const whatWasDone = `Say one thing in the document. The architecture goes by this: ${decision}`;
  if (kind === "contradiction")
    return [
      fails({ check: "contradiction", part, says: `${about}: the document says ${quotes}.` }, whatWasDone),
    ];
  return [
    inconclusive(
      { check: "left-open", part, says: `${about}: the document says no more than ${quotes}.` },
      `Say it in the document. The architecture goes by this: ${decision}`,
    ),
  ];
}
