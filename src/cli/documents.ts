import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The lines of a document, or null where the folder does not have it. */
export function readDocument(folder: string, name: string): readonly string[] | null {
  try {
    return readFileSync(join(folder, name), "utf8").split("\n");
  } catch {
    return null;
  }
}
