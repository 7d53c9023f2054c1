import type { Credentials } from "#control/rotation/rotation-state.ts";
import { type Access, ask } from "#stores/redis/connection.ts";
import { APPLICATION_USER, setPassword } from "#stores/redis/logins.ts";
import type { StoreCredentials } from "./store-credentials.ts";

const WITHIN_MS = 5_000;

/** A server of a store, and the supervisor's access to it. */
interface Node {
  readonly id: string;
  readonly pid: number | null;
  readonly access: Access;
}

/**
 * The credentials of a Redis store: one user, who has two passwords for a while, as ElastiCache's users may. Users are
 * no part of what is replicated: every node is told.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/User-Secrets-Manager.html
 */
export class RedisCredentials implements StoreCredentials {
  readonly users = [APPLICATION_USER];
  readonly #nodes: () => readonly Node[];

  constructor(nodes: () => readonly Node[]) {
    this.#nodes = nodes;
  }

  async set(_: Credentials, password: string): Promise<void> {
    await this.#each(({ access }) => setPassword(access, password, { accepted: true }, WITHIN_MS));
  }

  async test({ user }: Credentials, password: string): Promise<void> {
    await this.#each(({ access }) => ask({ ...access, user, password }, WITHIN_MS, "PING"));
  }

  async disable(_: Credentials, password: string | null): Promise<void> {
    if (password === null) return;
    await this.#each(({ access }) => setPassword(access, password, { accepted: false }, WITHIN_MS));
  }

  /** All of them, or it has failed: one that is being started may have read the passwords of before. */
  async #each(work: (node: Node) => Promise<unknown>): Promise<void> {
    const nodes = this.#nodes();
    const down = nodes.find(({ pid }) => pid === null);
    if (down || nodes.length === 0) throw new Error(`${down?.id ?? "the store"} does not run`);
    await Promise.all(nodes.map(work));
  }
}
