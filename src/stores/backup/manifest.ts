import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { writeDurably } from "./durable.ts";
import { corrupt } from "./failures.ts";
import { PackedFile } from "./pack.ts";

/** Which part of the write-ahead log makes a copy of a running database consistent. */
const LogRange = z.object({
  timeline: z.int().min(1),
  segmentBytes: z.int().min(1),
  /** Names of segments: `000000010000000000000002`. */
  first: z.string(),
  last: z.string(),
  /** The content of backup_label, which tells recovery where to begin. */
  label: z.string(),
});

/** What a backup is, and the checksum of each of its files. */
export const Manifest = z.object({
  schemaVersion: z.literal(1),
  kind: z.enum(["postgresql", "redis"]),
  store: z.string(),
  /** The uninterrupted history of the store's data that it belongs to. */
  lineage: z.string(),
  id: z.string(),
  /** RFC 3339, by the clock of this machine. */
  startedAt: z.string(),
  /** The first moment that can be restored from it. */
  finishedAt: z.string(),
  /** Who wrote it: `PostgreSQL 15.18`. */
  program: z.string(),
  /** Of all files, and of the pack. */
  bytes: z.int().min(0),
  stored: z.int().min(0),
  directories: z.array(z.string()),
  files: z.array(PackedFile),
  log: LogRange.nullable(),
});
export type Manifest = z.output<typeof Manifest>;

const MANIFEST = "manifest.json";
export const PACK = "data.pack";

/** The manifest's own checksum, and the manifest as text. */
const Sealed = z.object({ sha256: z.string(), manifest: z.string() });

/** Writes the manifest as the last file of a backup: without one there is no backup. */
export function writeManifest(folder: string, content: Manifest): Promise<void> {
  const manifest = JSON.stringify(content);
  return writeDurably(join(folder, MANIFEST), `${JSON.stringify({ sha256: sha256(manifest), manifest })}\n`);
}

/** @throws PlumblineError BACKUP_CORRUPT */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, MANIFEST);
  try {
    const sealed = Sealed.parse(JSON.parse(await readFile(file, "utf8")));
    if (sha256(sealed.manifest) === sealed.sha256) return Manifest.parse(JSON.parse(sealed.manifest));
  } catch (error) {
    throw corrupt(file, (error as Error).message, error);
  }
  throw corrupt(file, "its checksum differs");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
