import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** A file as it is sent, in each encoding that makes it smaller. */
export interface SiteFile {
  readonly type: string;
  readonly etag: string;
  /** Whether its name changes with its content, so that nobody need ask again. */
  readonly isImmutable: boolean;
  readonly bodies: { readonly identity: Buffer; readonly br?: Buffer; readonly gzip?: Buffer };
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const COMPRESSIBLE = /^(text\/|application\/(json|manifest)|image\/svg)/;
const WORTH_COMPRESSING = 1024;
/** What bundlers write: `index-B3xY9aQz.js`. */
const HASHED = /-[A-Za-z0-9_]{8,}\.[a-z0-9]+$/;

/**
 * Reads a folder of files into memory, compressed as small as they get: they are few, and the same for everybody. By the
 * paths of their URLs; what is not in the map is not there, whatever a request's path says.
 */
export function readSite(folder: string): ReadonlyMap<string, SiteFile> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        const path = `/${relative(folder, file).split(sep).map(encodeURIComponent).join("/")}`;
        return [path, siteFile(name, readFileSync(file))];
      }),
  );
}

function siteFile(name: string, identity: Buffer): SiteFile {
  const type = TYPES[extname(name).toLowerCase()] ?? "application/octet-stream";
  const etag = `"${hash("sha256", identity, "base64url").slice(0, 27)}"`;
  return { type, etag, isImmutable: HASHED.test(name), bodies: { identity, ...compressed(type, identity) } };
}

function compressed(type: string, content: Buffer): { br?: Buffer; gzip?: Buffer } {
  if (!COMPRESSIBLE.test(type) || content.length < WORTH_COMPRESSING) return {};
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const br = brotliCompressSync(content, { params });
  const gzip = gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
  return {
    ...(br.length < content.length ? { br } : {}),
    ...(gzip.length < content.length ? { gzip } : {}),
  };
}
