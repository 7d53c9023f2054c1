// A replica with webhooks, and receivers that behave as tests want.
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

import { type Answer, ask } from "../../../test/apps.ts";
import { type Behaviour, type Receiver, startReceiver } from "./receiver.ts";
import { openWorld, register, type Replica, type World } from "./world.ts";

/** Milliseconds of an attempt. */
export const TIMEOUT = 400;
export const DEADLINE = 15_000;

export interface Letter {
  readonly number: number;
  readonly event: string;
  readonly failure: string;
  readonly status: number | null;
  readonly attempts: number;
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

export interface Office {
  readonly world: World;
  readonly replica: Replica;
  /** Asks /v1/webhooks in Ann's name. */
  call(method: Method, path: string, body?: object): Promise<Answer>;
  receive(behave?: Behaviour): Promise<Receiver>;
  /** A server that does with connections as it likes; its address. */
  receiveRaw(onConnection: (socket: Socket) => void): Promise<string>;
  /** Registers a webhook for decisions, unless told otherwise. */
  register(url: string, more?: object): Promise<{ id: string; secret: string }>;
  deadLetters(id: string): Promise<Letter[]>;
  close(): Promise<void>;
}

export async function openOffice(): Promise<Office> {
  const world = await openWorld(undefined, { withRedis: false });
  const replica = await world.replica({
    PEOPLE_SECRET: "a secret that is long enough for tests",
    WEBHOOK_TIMEOUT_MS: String(TIMEOUT),
    WEBHOOK_ATTEMPTS: "3",
    WEBHOOK_DISABLE_MS: "3000",
  });
  const closing: (() => Promise<void> | void)[] = [];

  function call(method: Method, path: string, body?: object): Promise<Answer> {
    const json = body && { payload: JSON.stringify(body) };
    const headers = { "x-actor": "ann", ...(body && { "content-type": "application/json" }) };
    return ask(replica.app, { method, url: `/v1/webhooks${path}`, headers, ...json });
  }

  return {
    world,
    replica,
    call,
    async receive(behave) {
      const receiver = await startReceiver(behave);
      closing.push(() => receiver.close());
      return receiver;
    },
    async receiveRaw(onConnection) {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => {});
        onConnection(socket);
      });
      await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
      closing.push(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    },
    register: (url, more = { kinds: ["transaction.decided"] }) => register(replica.app, url, more),
    deadLetters: async (id) => (await call("GET", `/${id}/dead-letters`)).body["items"] as Letter[],
    async close() {
      await world.close();
      for (const close of closing) await close();
    },
  };
}

/** Two accounts that no other test has. */
export const accounts = (name: string) =>
  [1, 2].map((number) => `ACCOUNT-${name}-000000${number}`) as [string, string];
