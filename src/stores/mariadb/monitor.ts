import { lateAfter } from "../wait.ts";
import { type Access, Connection } from "./connection.ts";
import { lostReplica, replicaStatus } from "./replica.ts";

/** What a server said of itself, or why it said nothing. */
export type Look =
  | {
      readonly ok: true;
      /** Up to where its own log goes; of what it received that it has applied. */
      readonly position: string;
      /** Of one that follows: up to where it has received, and whether both of its threads do their work. */
      readonly following: {
        readonly received: string;
        readonly works: boolean;
        /** Why it can never follow with the data that it has; null where nothing says so. */
        readonly lost: string | null;
      } | null;
      /** The numbers of the servers that fetch from it now. */
      readonly replicas: readonly number[];
    }
  | { readonly ok: false; readonly reason: string };

/** After so long without an answer the connection itself is doubted: a healed network may have forgotten it. */
const GIVEN_UP_AFTER_MS = 2_000;

/**
 * Asks a server again and again whether it lives and what it is, on a connection that is kept: several questions a second
 * would otherwise cost a login each. A question that is not answered in time stays asked, and its late answer is the next
 * look's: on a machine that is busy, another login would only take longer still. One that fails gives the connection up,
 * and the next one opens another.
 */
export class Monitor {
  readonly #access: Access;
  #open: Connection | undefined;
  #asked: { readonly answer: Promise<Look>; readonly at: number } | undefined;

  constructor(access: Access) {
    this.#access = access;
  }

  /** A failure is an answer and not an error, and there is always one in time. */
  async look(timeoutMs: number): Promise<Look> {
    const asked = (this.#asked ??= { answer: this.#ask(), at: performance.now() });
    const late = lateAfter(timeoutMs);
    try {
      const answer = await Promise.race([asked.answer, late.promise]);
      if (answer === null) {
        if (performance.now() - asked.at > GIVEN_UP_AFTER_MS) this.close();
        return { ok: false, reason: `no answer within ${timeoutMs} ms` };
      }
      this.#asked = undefined;
      return answer;
    } catch (error) {
      this.close();
      return { ok: false, reason: (error as Error).message };
    } finally {
      late.cancel();
    }
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
    this.#asked = undefined;
  }

  #ask(): Promise<Look> {
    const answer = this.#query();
    // It may be given up before it fails, and then nobody waits for it.
    answer.catch(() => {});
    return answer;
  }

  async #query(): Promise<Look> {
    const session = (this.#open ??= new Connection(this.#access));
    const status = await replicaStatus(session);
    const [row] = await session.query<{ position: string }>("SELECT @@GLOBAL.gtid_binlog_pos AS position");
    // A replica of a replica is nothing that a twin has.
    const hosts = status ? [] : await session.query<{ Server_id: number }>("SHOW SLAVE HOSTS");
    return {
      ok: true,
      position: row?.position ?? "",
      following: status && {
        received: status.received,
        works: status.receives && status.applying,
        lost: lostReplica(status),
      },
      replicas: hosts.map(({ Server_id: id }) => Number(id)),
    };
  }
}
