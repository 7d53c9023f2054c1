import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StoreKind } from "#model/stores/store.ts";
import { storeAccount } from "#stores/account.ts";
import { findMariadb } from "#stores/mariadb/find.ts";
import { directoriesOnPath } from "#stores/programs.ts";
import { findRedis } from "#stores/redis/find.ts";

/** A program to talk to a store with, and how it is told where the store is. */
export interface ClientCall {
  readonly program: string;
  readonly args: readonly string[];
  /** The password goes this way: every user of the machine can read a command line. */
  readonly env: Readonly<Record<string, string>>;
}

/** The usual client of a kind of store, called for a URL; null for what has none. */
export function clientCall(kind: StoreKind, url: string): ClientCall | null {
  const at = new URL(url);
  const password = decodeURIComponent(at.password);
  const [host, port, user] = [at.hostname, at.port, decodeURIComponent(at.username)];
  switch (kind) {
    case "postgresql":
      at.password = "";
      return { program: "psql", args: [at.href], env: { PGPASSWORD: password } };
    case "redis": {
      const as = user === "" ? [] : ["--user", user];
      const auth = password === "" ? {} : { REDISCLI_AUTH: password };
      return { program: "redis-cli", args: ["-h", host, "-p", port, ...as], env: auth };
    }
    case "mysql": {
      const database = at.pathname.slice(1);
      const args = [`--host=${host}`, `--port=${port}`, `--user=${user}`, ...(database ? [database] : [])];
      return { program: "mariadb", args, env: { MYSQL_PWD: password } };
    }
    case "documentdb":
      return { program: "mongosh", args: [url], env: {} };
    case "bucket":
      return null;
  }
}

/** The call with its program's path, from PATH or from beside the store's own programs; null where it is nowhere. */
export function findClient(kind: StoreKind, { program, args, env }: ClientCall): ClientCall | null {
  const [onPath] = directoriesOnPath([program]);
  if (onPath !== undefined) return { program: join(onPath, program), args, env };
  const beside = storePrograms(kind);
  const path = beside && join(beside.directory, program);
  return path && existsSync(path) ? { program: path, args, env: { ...beside.env, ...env } } : null;
}

function storePrograms(kind: StoreKind): { directory: string; env: Readonly<Record<string, string>> } | null {
  try {
    if (kind === "redis") return findRedis(undefined, storeAccount());
    if (kind !== "mysql") return null;
    const { basedir, env } = findMariadb(storeAccount());
    return { directory: join(basedir, "bin"), env };
  } catch {
    // The store's programs need not be here to print its URL.
    return null;
  }
}
