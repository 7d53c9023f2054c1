import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Issued } from "#entry/tls/issue.ts";
import { PlumblineError } from "#model/errors.ts";
import { issue } from "./issuer.ts";

const DAY = 86_400_000;
const VALID_DAYS = 3650;
/** Longer than any certificate that it issues is valid: none outlives it. */
const RENEWED_DAYS_BEFORE = 180;

/** A certificate authority that this user's clients can trust. */
export interface Authority extends Issued {
  /** Its certificate, for those clients: a PEM file without the key. */
  readonly file: string;
}

/** Where a user's authority is kept: the same for all twins, so that it has to be trusted once. */
export function authorityFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment["PLUMBLINE_AUTHORITY"];
  if (chosen !== undefined) return resolve(chosen);
  const data = environment["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  return join(data, "plumbline", "authority");
}

/** The file that clients are told to trust, whether it is there yet or not. */
export function authorityFile(folder: string): string {
  return join(folder, "ca.pem");
}

/**
 * The authority that is kept in a folder, made on first use. Of two processes that make it at the same time, one is
 * first, and the other takes what is there.
 * @throws PlumblineError AUTHORITY_UNUSABLE
 */
export async function localAuthority(folder: string): Promise<Authority> {
  try {
    const kept = readAuthority(folder);
    if (kept && daysLeft(kept) > RENEWED_DAYS_BEFORE) return kept;
    const fresh = await issue({ kind: "authority", name: `Plumbline on ${hostname()}`, days: VALID_DAYS });
    if (kept) renameSync(folder, `${folder}-replaced-${Date.now()}`);
    place(fresh, folder);
    return readAuthority(folder) as Authority;
  } catch (cause) {
    throw new PlumblineError(
      "AUTHORITY_UNUSABLE",
      `The certificate authority in ${folder} cannot be used: ${(cause as Error).message}.`,
      "Mend that, name another folder in PLUMBLINE_AUTHORITY, or remove the folder: a new authority is made, which clients have to trust anew.",
      { cause },
    );
  }
}

/** @returns null where there is none. @throws where there is one that does not work. */
function readAuthority(folder: string): Authority | null {
  const certificate = readIfThere(authorityFile(folder));
  const key = readIfThere(keyFile(folder));
  if (certificate === null && key === null) return null;
  if (certificate === null || key === null) throw new Error("its certificate or its key is missing");
  const parsed = new X509Certificate(certificate);
  if (!parsed.ca || !parsed.checkPrivateKey(createPrivateKey(key)))
    throw new Error("its certificate and its key do not belong together");
  return { certificate, key, file: authorityFile(folder) };
}

/** Both files appear together, or not at all. */
function place({ certificate, key }: Issued, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const fresh = mkdtempSync(`${folder}.new-`);
  try {
    // What clients trust is no secret, and programs of other users may be such clients.
    chmodSync(fresh, 0o755);
    writeFileSync(authorityFile(fresh), certificate, { mode: 0o644 });
    writeFileSync(keyFile(fresh), key, { mode: 0o600 });
    renameSync(fresh, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function keyFile(folder: string): string {
  return join(folder, "ca-key.pem");
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function daysLeft({ certificate }: Issued): number {
  return (new X509Certificate(certificate).validToDate.getTime() - Date.now()) / DAY;
}
