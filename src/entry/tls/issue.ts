import { webcrypto } from "node:crypto";
import { isIP } from "node:net";

/** A certificate and its private key, as PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

type Library = typeof import("@peculiar/x509");

const DAY = 86_400_000;
/** What every current client takes: P-256 with SHA-256. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** Clocks differ by some minutes. */
const BACKDATED = 3_600_000;

/**
 * Makes a certificate authority of one's own: what a browser or a client is told to trust, once, so that it
 * takes the certificates that the authority issues (RFC 5280 sections 4.2.1.3 and 4.2.1.9).
 * It can issue for servers alone, and has nobody below itself.
 */
export async function makeAuthority(name: string, days: number): Promise<Issued> {
  const library = await loaded();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await library.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [commonName(name)] }],
    ...validity(days),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new library.BasicConstraintsExtension(true, 0, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.keyCertSign | library.KeyUsageFlags.cRLSign, true),
      // Clients that look at it take nothing else from the authority: no signed program, no signed mail.
      new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.serverAuth]),
      await library.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await exported(keys.privateKey) };
}

/**
 * Issues a certificate for servers.
 * @param names host names, which may begin with "*.", and IP addresses. @param days Apple's limit is 825.
 */
export async function issueCertificate(
  authority: Issued,
  names: readonly string[],
  days: number,
): Promise<Issued> {
  const library = await loaded();
  const issuer = new library.X509Certificate(authority.certificate);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await library.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    // Clients look at the alternative names alone (RFC 9525 section 2); the common name is for people.
    subject: [{ CN: [commonName(names[0] ?? "localhost")] }],
    issuer: issuer.subject,
    ...validity(days),
    publicKey: keys.publicKey,
    signingKey: await imported(authority.key),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new library.BasicConstraintsExtension(false, undefined, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
      new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.serverAuth]),
      new library.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value })),
      ),
      await library.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await library.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await exported(keys.privateKey) };
}

/** Loaded on first use: a load balancer that is given its certificates does not need it. */
async function loaded(): Promise<Library> {
  // The library finds its parts by what decorators have noted, and leaves the choice of where to its users.
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - BACKDATED), notAfter: new Date(now + days * DAY) };
}

/** RFC 5280 appendix A.1: ub-common-name is 64. */
function commonName(name: string): string {
  return name.slice(0, 64);
}

/** 127 random bits: positive, as RFC 5280 section 4.1.2.2 wants it, and never the same twice. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0]! &= 0x7f;
  bytes[0]! |= 0x40;
  return Buffer.from(bytes).toString("hex");
}

async function exported(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replaceAll(/.{64}(?=.)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

function imported(key: string): Promise<webcrypto.CryptoKey> {
  const bytes = Buffer.from(key.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
  return webcrypto.subtle.importKey("pkcs8", bytes, ALGORITHM, false, ["sign"]);
}
