import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { compressed } from "../../backup/pack.ts";
import { writeDurably } from "../../backup/durable.ts";
import { INCOMING, SEALED, SEALED_END } from "./archive.ts";
import { before, isArchived } from "./segments.ts";

/**
 * Compresses what a server has archived since the last time: a segment that is mostly empty, because it was archived
 * before it was full, takes a few kilobytes then. Each file is there, in one form or the other, all the time.
 * @param lineages the folders of one lineage, one in each region
 * @returns the names of the files, in their order
 */
export async function sealArrived(lineages: readonly string[]): Promise<string[]> {
  const arrived = await Promise.all(lineages.map(arrivedIn));
  const names = [...new Set(arrived.flat())].toSorted();
  for (const name of names) {
    const places = lineages.filter((_, index) => arrived[index]?.includes(name));
    const frame = await compressed(await readFile(join(places[0] as string, INCOMING, name)));
    for (const place of places) {
      await writeDurably(join(place, SEALED, `${name}${SEALED_END}`), frame);
      await rm(join(place, INCOMING, name), { force: true });
    }
  }
  return names;
}

async function arrivedIn(lineage: string): Promise<string[]> {
  const incoming = join(lineage, INCOMING);
  return existsSync(incoming) ? (await readdir(incoming)).filter(isArchived) : [];
}

/** Every file of the log that was archived, compressed or not. */
export async function archivedLog(lineage: string): Promise<string[]> {
  const sealed = join(lineage, SEALED);
  const compressedOnes = existsSync(sealed) ? await readdir(sealed) : [];
  const names = compressedOnes
    .filter((name) => name.endsWith(SEALED_END))
    .map((name) => name.slice(0, -SEALED_END.length));
  return [...new Set([...names, ...(await arrivedIn(lineage))])].filter(isArchived).toSorted();
}

/** Removes the log before a segment, where the oldest backup begins. */
export async function removeLogBefore(lineage: string, first: string): Promise<void> {
  const names = before(await archivedLog(lineage), first);
  await Promise.all(
    names.flatMap((name) => [
      rm(join(lineage, SEALED, `${name}${SEALED_END}`), { force: true }),
      rm(join(lineage, INCOMING, name), { force: true }),
    ]),
  );
}
