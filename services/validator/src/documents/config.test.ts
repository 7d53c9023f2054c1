// What the environment says of documents, as the driver understands it. Nothing here opens a connection.
import fc from "fast-check";
import { MongoClient } from "mongodb";
import { expect, test } from "vitest";

import { ConfigError } from "../config.ts";
import { clientOptions, databaseOf } from "./client-options.ts";
import { type DocumentsConfig, readDocumentsConfig } from "./config.ts";
import { openDocuments } from "./documents.ts";

/** As Terraform hands it out for DocumentDB. */
const AWS =
  "mongodb://three-tier.cluster-x.us-east-1.docdb.amazonaws.com:27017/app?replicaSet=rs0&retryWrites=false";

function read(env: Record<string, string>): DocumentsConfig {
  const problems: string[] = [];
  const config = readDocumentsConfig(env, problems);
  expect(problems).toEqual([]);
  return config as DocumentsConfig;
}

function understood(env: Record<string, string>) {
  const config = read(env);
  return new MongoClient(config.url, clientOptions(config, "validator test")).options;
}

test("the address of a DocumentDB cluster, its user beside it", () => {
  const options = understood({
    DOCUMENTS_URL: `${AWS}&tls=true`,
    DOCUMENTS_USERNAME: "plumbline",
    DOCUMENTS_PASSWORD: "p@ss/w:rd?#%",
    DOCUMENTS_CA_FILE: "/etc/ssl/global-bundle.pem",
  });
  expect(options.credentials).toMatchObject({
    username: "plumbline",
    password: "p@ss/w:rd?#%",
    source: "admin",
  });
  expect(options).toMatchObject({
    replicaSet: "rs0",
    tls: true,
    tlsCAFile: "/etc/ssl/global-bundle.pem",
    retryWrites: false,
    dbName: "app",
  });
  expect(options.hosts.map(String)).toEqual(["three-tier.cluster-x.us-east-1.docdb.amazonaws.com:27017"]);
  expect(options.readPreference.mode).toBe("primary");
  expect(options.writeConcern.w).toBe("majority");
});

test("where the address says otherwise, the address counts, but for writes that are tried twice", () => {
  const options = understood({
    DOCUMENTS_URL: "mongodb://erika:geheim@one:1,two:2/mine?authSource=people&retryWrites=true",
  });
  expect(options.credentials).toMatchObject({ username: "erika", source: "people" });
  expect(options.hosts.map(String)).toEqual(["one:1", "two:2"]);
  expect(options.retryWrites).toBe(false);
  const plain = understood({ DOCUMENTS_URL: AWS, DOCUMENTS_CA_FILE: "/nowhere.pem" });
  expect(plain.tls ?? false).toBe(false);
  expect(plain.tlsCAFile, "without TLS nobody's certificate is checked").toBeUndefined();
});

test("the database is the one that the address names", () => {
  expect(databaseOf("mongodb://host")).toBe("validator");
  expect(databaseOf("mongodb://host/?tls=true")).toBe("validator");
  expect(databaseOf("mongodb://a:1,b:2/my%20cases?x=/y")).toBe("my cases");
});

test("no address is none; a wrong one is told, together with all else that is wrong", () => {
  expect(readDocumentsConfig({ DOCUMENTS_URL: "" }, [])).toBeUndefined();
  const problems: string[] = [];
  const env = {
    DOCUMENTS_URL: "postgresql://host/db",
    DOCUMENTS_TIMEOUT_MS: "1",
    DOCUMENTS_USERNAME: "somebody",
  };
  readDocumentsConfig(env, problems);
  expect(problems.map((each) => each.split(" ", 1)[0])).toEqual([
    "DOCUMENTS_URL",
    "DOCUMENTS_TIMEOUT_MS",
    "DOCUMENTS_USERNAME",
  ]);
});

test("an address that the driver does not take is a fault of the environment, without what is secret in it", () => {
  const config = read({ DOCUMENTS_URL: "mongodb://erika:geheim@host/?nonsense=1" });
  expect(() => openDocuments(config, "test")).toThrow(ConfigError);
  expect(() => openDocuments(config, "test")).toThrow(/nonsense/);
  expect(() => openDocuments(config, "test")).not.toThrow(/geheim/);
  const tls = read({ DOCUMENTS_URL: `${AWS}&tls=true`, DOCUMENTS_CA_FILE: "/no/such/bundle.pem" });
  expect(() => openDocuments(tls, "test")).toThrow(/DOCUMENTS_CA_FILE cannot be read/);
});

/** What opening it has thrown. */
function opened(config: DocumentsConfig): unknown {
  try {
    void openDocuments(config, "test").close();
    return undefined;
  } catch (error) {
    return error;
  }
}

test("whatever is given, it is a configuration or told as a problem", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((rest) => `mongodb://${rest}`),
      ),
      (url) => {
        const problems: string[] = [];
        const config = readDocumentsConfig({ DOCUMENTS_URL: url }, problems);
        if (config === undefined || problems.length > 0) return;
        expect(opened(config) ?? new ConfigError([])).toBeInstanceOf(ConfigError);
      },
    ),
  );
});
