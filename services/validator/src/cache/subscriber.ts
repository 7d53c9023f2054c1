import type { Redis } from "ioredis";

import type { Cache, Subscription } from "./cache.ts";

/**
 * Subscriptions on a connection of their own, which is opened by the first one: a connection that hears channels
 * should not wait behind commands. `heartbeat` is in milliseconds.
 */
export function createSubscriber(open: () => Redis, heartbeat: number): Pick<Cache, "subscribe" | "close"> {
  const channels = new Map<string, Set<Subscription>>();
  let redis: Redis | undefined;
  let beat: NodeJS.Timeout | undefined;

  /** Also when the connection is lost in between: it will be ready once more, and then all are subscribed again. */
  function stand(connection: Redis, channel: string): void {
    connection.subscribe(channel).then(
      () => channels.get(channel)?.forEach((subscription) => subscription.onStanding?.()),
      () => {},
    );
  }

  function connect(): Redis {
    const connection = open();
    // Whether Redis is away is told by the connection for commands.
    connection.on("error", () => {});
    connection.on("ready", () => {
      for (const channel of channels.keys()) stand(connection, channel);
    });
    connection.on("message", (channel: string, message: string) => {
      channels.get(channel)?.forEach((subscription) => subscription.onMessage(message));
    });
    connection.connect().catch(() => {});
    beat = setInterval(() => {
      if (connection.status === "ready") connection.ping().catch(() => {});
    }, heartbeat);
    beat.unref();
    return connection;
  }

  return {
    subscribe(channel, subscription) {
      const known = channels.get(channel);
      const subscriptions = known ?? new Set();
      subscriptions.add(subscription);
      channels.set(channel, subscriptions);
      redis ??= connect();
      if (redis.status === "ready") stand(redis, channel);
      return () => {
        subscriptions.delete(subscription);
        if (subscriptions.size > 0 || channels.get(channel) !== subscriptions) return;
        channels.delete(channel);
        redis?.unsubscribe(channel).catch(() => {});
      };
    },
    close() {
      clearInterval(beat);
      redis?.disconnect();
    },
  };
}
