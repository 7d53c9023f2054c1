import { join } from "node:path";
import { examineRedis, redisIn } from "../redis/find.ts";
import { askVersion } from "./ask.ts";
import type { Recipe } from "./recipe.ts";
import { tryOut } from "./trial.ts";

export const redis: Recipe = {
  store: "redis",
  title: "Redis",
  // Debian has the program in redis-tools, and redis-server holds the name that makes a server of it.
  packages: [["redis-server", "redis-tools"]],

  examine(copy, account) {
    const place = redisIn(copy);
    const server = examineRedis(place, account);
    if (server.version === undefined) return server;
    const client = askVersion(join(place.directory, "redis-cli"), place.env, /^redis-cli (\d+\S*)/m, account);
    return client.version === undefined ? client : server;
  },

  tryOut(copy, { account, signal }) {
    const { directory, env } = redisIn(copy);
    return tryOut({
      program: join(directory, "redis-server"),
      args: (host, port) => ["--bind", host, "--port", String(port), "--save", "", "--appendonly", "no"],
      env,
      account,
      question: "PING\r\nINFO server\r\n",
      isAnswer: (reply, pid) => reply.startsWith("+PONG\r\n") && reply.includes(`\r\nprocess_id:${pid}\r\n`),
      signal,
    });
  },
};
