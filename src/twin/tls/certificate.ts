import { createPrivateKey, X509Certificate } from "node:crypto";
import * as z from "zod";
import type { Issued } from "#entry/tls/issue.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { readJson, writePrivately } from "../state/files.ts";
import { issue } from "./issuer.ts";

const DAY = 86_400_000;
const VALID_DAYS = 90;
/** ACM renews 60 days before; ours takes a moment. */
const RENEWED_DAYS_BEFORE = 30;

const Kept = z.object({ certificate: z.string(), key: z.string() });

/** Whom the certificate of a twin's listeners is for: what the architecture's is for, and where the twin is. */
export function certificateNames(
  { certificate }: Pick<ResolvedArchitecture["entry"], "certificate">,
  hosts: readonly string[],
): string[] {
  const domains = certificate ? [certificate.domain, ...certificate.alternativeNames] : [];
  return [...new Set([...domains, "localhost", ...hosts])];
}

/**
 * The certificate that is kept in a file, issued anew where it is for other names, by another authority, or soon over.
 * The file has the key too, and only its owner reads it.
 */
export async function keptCertificate(
  file: string,
  names: readonly string[],
  authority: Issued,
): Promise<Issued> {
  const kept = Kept.safeParse(readJson(file)).data;
  if (kept && isGood(kept, names, authority)) return kept;
  const issued = await issue({ kind: "certificate", authority, names, days: VALID_DAYS });
  writePrivately(file, JSON.stringify(issued));
  return issued;
}

function isGood({ certificate, key }: Issued, names: readonly string[], authority: Issued): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    const issuer = new X509Certificate(authority.certificate);
    return (
      parsed.checkPrivateKey(createPrivateKey(key)) &&
      parsed.checkIssued(issuer) &&
      parsed.verify(issuer.publicKey) &&
      parsed.validToDate.getTime() - Date.now() > RENEWED_DAYS_BEFORE * DAY &&
      namesOf(parsed).toSorted().join() === names.toSorted().join()
    );
  } catch {
    // What cannot be read is made anew.
    return false;
  }
}

/** Node writes them as `DNS:localhost, IP Address:127.0.0.1`. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName.split(", ").map((name) => name.replace(/^(?:DNS|IP Address):/, ""));
}
