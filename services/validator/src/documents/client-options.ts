// How the driver is told to reach documents, within what DocumentDB knows.
import type { MongoClientOptions } from "mongodb";

import type { DocumentsConfig } from "./config.ts";

/** Where nothing else is named by the address. */
export const DATABASE = "validator";

/** Milliseconds until a server must be found, and a connection to it stand. */
const CONNECT_TIMEOUT = 2000;
/** Connections of one replica; the smallest instances take 500 in all. */
const CONNECTIONS = 10;

/** What the address asks for, and what it must not: https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html */
export function clientOptions(
  { url, username, password, caFile, timeout }: DocumentsConfig,
  appName: string,
): MongoClientOptions {
  const asked = queryOf(url);
  const usesTls =
    url.startsWith("mongodb+srv:") || asked.get("tls") === "true" || asked.get("ssl") === "true";
  return {
    appName: appName.slice(0, 128),
    // DocumentDB takes no write twice to know whether it was the same (before 8.0.2); what is written here can be repeated.
    retryWrites: false,
    retryReads: true,
    readPreference: "primary",
    writeConcern: { w: "majority" },
    maxPoolSize: CONNECTIONS,
    maxIdleTimeMS: 60_000,
    connectTimeoutMS: Math.min(CONNECT_TIMEOUT, timeout),
    serverSelectionTimeoutMS: Math.min(CONNECT_TIMEOUT, timeout),
    waitQueueTimeoutMS: timeout,
    // A connection that has not answered by then never will; whoever asked was answered before.
    socketTimeoutMS: timeout + CONNECT_TIMEOUT,
    ...(username !== undefined && password !== undefined ? { auth: { username, password } } : {}),
    // The driver would look for the user in the database of the address; AWS keeps all of them in `admin`.
    ...(username !== undefined && !asked.has("authSource") ? { authSource: "admin" } : {}),
    ...(usesTls && caFile !== undefined ? { tlsCAFile: caFile } : {}),
  };
}

/** The database that an address names (`mongodb://host/name?...`). */
export function databaseOf(url: string): string {
  const path = /^[^/]*\/\/[^/?]*\/([^?]*)/.exec(url)?.[1];
  return path ? decodeURIComponent(path) : DATABASE;
}

/** An address may name several hosts, which makes it no URL: only what stands behind the question mark is read. */
function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.split("?", 2)[1] ?? "");
}
