// Documents on a store that speaks MongoDB's protocol, such as DocumentDB: asked, and changed in transactions.
import { accessSync, constants } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

import { type ClientSession, type Db, MongoClient, MongoInvalidArgumentError } from "mongodb";

import { ConfigError } from "../config.ts";
import { Problem } from "../http/problems.ts";
import { clientOptions, databaseOf } from "./client-options.ts";
import { prepareCollections } from "./collections.ts";
import type { DocumentsConfig } from "./config.ts";
import { DocumentsUnavailable, isFaultOfDocument, isTransient } from "./errors.ts";

export interface Transaction {
  readonly db: Db;
  /** To be handed to every operation, one after the other: a transaction does nothing side by side. */
  readonly session: ClientSession;
  /** 1, and more where it had to be begun again; what an attempt before wrote may be there. */
  readonly attempt: number;
}

/** All throw DocumentsUnavailable where the store did not answer in time. */
export interface Documents {
  /** Milliseconds in which it must. */
  readonly timeout: number;
  run<T>(operation: (db: Db) => Promise<T>): Promise<T>;
  /**
   * What `use` reads is of one moment and what it writes is there as a whole or not at all, on a majority of the
   * servers. It is called again where another transaction was quicker, or the primary has changed: it must not do
   * anything else. Inside DocumentDB's limits it reads documents one by one, keeps no cursor open, and is short.
   */
  transact<T>(use: (transaction: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Milliseconds at most until a transaction begins again that another one was in the way of. */
const PAUSE = 50;

const TRANSACTION = {
  readConcern: { level: "snapshot" },
  writeConcern: { w: "majority" },
  readPreference: "primary",
} as const;

/** Opens no connection yet: the process starts, and stays up, without its documents. Throws ConfigError where the address is none. */
export function openDocuments(config: DocumentsConfig, appName: string): Documents {
  const client = clientOf(config, appName);
  // The driver's events of servers that come and go; whoever asks hears of it.
  client.on("error", () => {});
  const db = client.db(databaseOf(config.url));
  let preparing: Promise<void> | undefined;

  /** Collections must be there before a transaction, which makes none. */
  function prepared(): Promise<void> {
    preparing ??= prepareCollections(db).catch((error: unknown) => {
      preparing = undefined;
      throw error;
    });
    return preparing;
  }

  return {
    timeout: config.timeout,

    run: (operation) =>
      answered(config.timeout, async () => {
        await prepared();
        return operation(db);
      }),

    transact: (use) =>
      answered(config.timeout, async (until) => {
        await prepared();
        let attempt = 0;
        const transaction = (session: ClientSession) =>
          session.withTransaction(async () => {
            // The driver would go on for two minutes, for somebody who has long been answered.
            if (performance.now() >= until) throw new DocumentsUnavailable();
            attempt++;
            return use({ db, session, attempt });
          }, TRANSACTION);
        for (;;) {
          try {
            // DocumentDB knows no causal consistency; what a transaction reads is of the primary in any case.
            return await client.withSession({ causalConsistency: false }, transaction);
          } catch (error) {
            // The driver begins again where the server says so by a label, and DocumentDB may not.
            if (!isTransient(error) || performance.now() >= until) throw error;
            await delay(PAUSE * Math.random());
          }
        }
      }),

    close: () => client.close(),
  };
}

/** The driver reads the address in full; it tells nothing of what is secret in it. */
function clientOf(config: DocumentsConfig, appName: string): MongoClient {
  const options = clientOptions(config, appName);
  try {
    // The driver would find out with each connection.
    if (options.tlsCAFile !== undefined) accessSync(options.tlsCAFile, constants.R_OK);
  } catch (error) {
    throw new ConfigError([`DOCUMENTS_CA_FILE cannot be read: ${(error as Error).message}`]);
  }
  try {
    return new MongoClient(config.url, options);
  } catch (error) {
    throw new ConfigError([`DOCUMENTS_URL is not an address of documents: ${(error as Error).message}`]);
  }
}

/** The operation's result, in time; what the store is to blame for becomes DocumentsUnavailable. */
async function answered<T>(timeout: number, operation: (until: number) => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new DocumentsUnavailable()), timeout);
  try {
    return await Promise.race([operation(performance.now() + timeout), late.promise]);
  } catch (error) {
    if (isOfOthers(error)) throw error;
    throw new DocumentsUnavailable(error);
  } finally {
    clearTimeout(timer);
  }
}

function isOfOthers(error: unknown): boolean {
  return (
    error instanceof Problem ||
    error instanceof DocumentsUnavailable ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof MongoInvalidArgumentError ||
    isFaultOfDocument(error)
  );
}
