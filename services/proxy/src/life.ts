import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { fail, type Log } from "./log.ts";

/** Times are milliseconds. */
export interface LifeSettings {
  readonly host: string;
  readonly port: number;
  /**
   * From SIGTERM to the closing of the port. Meanwhile everything is answered, and callers are asked to come by another
   * connection: those who kept this one idle do not meet its end with a request.
   */
  readonly drainDelay: number;
  readonly shutdownDeadline: number;
}

/** A server with what ends it. */
export interface Living {
  readonly server: Server;
  readonly log: Log;
  /** From now on it is not ready, and connections are not kept. */
  drain(): void;
  /** Ends answers that have no end of their own. */
  endStreams(): void;
  /** Ends what the server used, once its last request was answered. */
  close(): Promise<void>;
}

/** Opens the port, and serves until a signal says to end. The process ends where the port cannot be opened. */
export async function live(
  { server, log, drain, endStreams, close }: Living,
  settings: LifeSettings,
): Promise<void> {
  const { host, port, drainDelay, shutdownDeadline } = settings;
  let stopping = false;
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "shutting down");
    setTimeout(() => {
      log.error({ shutdownDeadline }, "requests or connections outlived the deadline");
      process.exit(1);
    }, shutdownDeadline).unref();
    drain();
    await delay(drainDelay);
    const closed = new Promise((resolve) => server.close(resolve));
    // Whoever comes again after that comes to another replica.
    endStreams();
    await closed;
    await close();
    log.info("stopped");
    process.exit(0);
  }
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  try {
    const address = await listen(server, host, port);
    log.info(`listening at http://${address.address}:${address.port}`);
  } catch (error) {
    fail(`${host}:${port} could not be opened: ${(error as Error).message}`);
  }
}

export function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server.address() as AddressInfo);
    });
  });
}
