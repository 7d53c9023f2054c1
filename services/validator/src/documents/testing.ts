// What tests of documents need: a store that speaks MongoDB's protocol, where somebody gives one.
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** Of a replica set of one's own: tests make databases of other names in it, and drop them. */
export const documentsUrl = process.env["PLUMBLINE_TEST_DOCUMENTS_URL"] || undefined;

if (
  documentsUrl === undefined &&
  (process.env["PLUMBLINE_TEST_REQUIRE"] ?? "").split(",").includes("documents")
)
  throw new Error(
    "PLUMBLINE_TEST_REQUIRE names documents, and PLUMBLINE_TEST_DOCUMENTS_URL names no store of them",
  );

/** For `describe.skipIf(withoutDocuments)`; and the end of the title, which says why. */
export const withoutDocuments = documentsUrl === undefined;
export const whyWithoutDocuments = withoutDocuments
  ? " (skipped: PLUMBLINE_TEST_DOCUMENTS_URL names no store that speaks MongoDB's protocol)"
  : "";

export interface Silent {
  readonly url: string;
  /** Connections that were made. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** A server that takes connections and never answers, as one does whose machine hangs. */
export async function startSilent(): Promise<Silent> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/app?replicaSet=rs0&retryWrites=false`,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** An address of this machine where nobody listens. */
export async function refusingUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `mongodb://127.0.0.1:${port}/app?replicaSet=rs0&retryWrites=false`;
}
