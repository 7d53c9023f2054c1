import { advance, type LinkContent, type Position } from "../audit/chain.ts";
import { BEGIN_EPOCH, ENTER, type Entered, entered } from "../audit/epochs.ts";
import { linkOf } from "../audit/links.ts";
import { inBoth } from "../database/dialect.ts";
import { errnoOf, isDeadlock } from "../database/errors.ts";
import type { MysqlConnection } from "../database/mysql/connection.ts";
import { literal, sqlOf } from "../database/mysql/text.ts";
import { textFor } from "../database/session.ts";
import { type Batches, ChainTaken, type Held, type Inserted, NotReplicated } from "./batches.ts";
import { type DecisionRow, hashRow, type Writer } from "./row.ts";
import { storedColumns } from "./stored.ts";

/** The columns that differ from row to row, as MySQL writes them; those in `x'…'` are hexadecimal digits already. */
const TABLE: readonly [name: string, write: (row: DecisionRow) => string][] = [
  ["id", ({ id }) => literal(id)],
  ["idempotency_key", ({ idempotencyKey }) => literal(idempotencyKey)],
  ["fingerprint", ({ fingerprint }) => `x'${fingerprint}'`],
  ["transaction", ({ transaction }) => literal(transaction)],
  ["amount", ({ amount }) => literal(amount)],
  ["currency", ({ currency }) => literal(currency)],
  ["debtor_account", ({ debtorAccount }) => literal(debtorAccount)],
  ["creditor_account", ({ creditorAccount }) => literal(creditorAccount)],
  ["outcome", ({ outcome }) => literal(outcome)],
  ["score", ({ score }) => literal(score)],
  ["reasons", ({ reasons }) => literal(reasons)],
  ["rule_set_version", ({ ruleSet }) => literal(ruleSet.version)],
  ["rule_set_hash", ({ ruleSet }) => `x'${ruleSet.hash}'`],
  ["rule_results", ({ results }) => literal(results)],
  ["facts", ({ facts }) => literal(facts)],
  ["received_at", ({ receivedAt }) => literal(new Date(receivedAt))],
  ["decided_at", ({ decidedAt }) => literal(new Date(decidedAt))],
  ["observed", ({ observed }) => literal(observed)],
];

const NAMES = [
  ...TABLE.map(([name]) => name),
  "row_hash",
  "zone",
  "replica",
  "engine",
  "link_chain",
  "link_sequence",
].join(", ");

const DUPLICATE_ENTRY = 1062;

/** Times that a batch is begun again after a deadlock, which has rolled it back for certain. */
const MOST_ATTEMPTS = 3;

const READ_BACK = `select ${inBoth(storedColumns).mysql}, idempotency_key from decisions
  where id = any($1) or idempotency_key = any($2)`;

/** A batch is two journeys: into an epoch, and then rows, link and commit at once. Three where rows were there before. */
export function mysqlBatches(writer: Writer): Batches {
  const by = [writer.zone, writer.replica, writer.engine].map(literal).join(", ");

  function insertOf(
    rows: readonly DecisionRow[],
    { chain, sequence }: Position,
    hashes: readonly string[],
  ): string {
    const place = `${by}, ${literal(chain)}, ${sequence + 1}`;
    const tuples = rows.map((row, index) => {
      const values = TABLE.map(([, write]) => write(row)).join(", ");
      return `(${values}, x'${hashes[index]}', ${place})`;
    });
    return `insert into decisions (${NAMES}) values ${tuples.join(", ")}`;
  }

  async function insertOnce(
    connection: MysqlConnection,
    rows: readonly DecisionRow[],
    position: Position,
  ): Promise<Inserted> {
    const hashes = rows.map((row) => hashRow(row, writer));
    const insert = insertOf(rows, position, hashes);
    const epoch = entered((await connection.query<Entered>(`start transaction; ${ENTER}`)).rows);
    const link = linkBetween(position, epoch, rows, hashes);
    try {
      const { isReplicated } = await connection.commitAfter(`${insert}; ${sqlOfLink(link)}`);
      return { link: { hash: link.hash, stored: rows.length }, isDurable: isReplicated };
    } catch (error) {
      if (errnoOf(error) !== DUPLICATE_ENTRY) throw error;
      return insertNew(connection, { rows, hashes, insert, position, epoch, cause: error });
    }
  }

  return {
    async insert(connection, rows, position) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await insertOnce(connection as MysqlConnection, rows, position);
        } catch (error) {
          if (!isDeadlock(error) || attempt === MOST_ATTEMPTS) throw error;
        }
      }
    },

    async readBack(connection, ids, keys) {
      const { rows } = await connection.query<Held>(READ_BACK, [ids, keys]);
      // Replicas acknowledge in the order of the log: who has this write has all that was seen before it.
      const { isReplicated } = await (connection as MysqlConnection).commitAfter(BEGIN_EPOCH);
      if (!isReplicated) throw new NotReplicated();
      return rows;
    },

    async findKeys(session, keys) {
      const text = "select idempotency_key from decisions where idempotency_key = any($1)";
      const { rows } = await session.query<{ idempotency_key: string }>(text, [keys]);
      return rows.map((row) => row.idempotency_key);
    },
  };
}

interface Attempt {
  readonly rows: readonly DecisionRow[];
  readonly hashes: readonly string[];
  readonly insert: string;
  readonly position: Position;
  readonly epoch: Entered;
  readonly cause: unknown;
}

/**
 * Some rows, or their keys, were there before; the failed statement has left nothing, and the transaction goes on. Which
 * rows are new is told by the link that they name, which no other attempt names.
 */
async function insertNew(connection: MysqlConnection, attempt: Attempt): Promise<Inserted> {
  const { rows, hashes, insert, position, epoch, cause } = attempt;
  await connection.query(`${insert} on duplicate key update observed = observed`);
  const stored = new Set(
    (
      await connection.query<{ id: string }>(
        "select id from decisions where id = any($1) and link_chain = $2 and link_sequence = $3",
        [rows.map(({ id }) => id), position.chain, position.sequence + 1],
      )
    ).rows.map(({ id }) => id),
  );
  if (stored.size === 0) {
    await connection.rollback();
    return { link: undefined, isDurable: true };
  }
  const isNew = rows.map(({ id }) => stored.has(id));
  const link = linkBetween(
    position,
    epoch,
    rows.filter((_, index) => isNew[index]),
    hashes.filter((_, index) => isNew[index]),
  );
  try {
    const { isReplicated } = await connection.commitAfter(sqlOfLink(link));
    return { link: { hash: link.hash, stored: stored.size }, isDurable: isReplicated };
  } catch (error) {
    throw errnoOf(error) === DUPLICATE_ENTRY ? new ChainTaken(position, cause) : error;
  }
}

/** The next link of a chain, which holds these rows in the order of their ids. */
function linkBetween(
  position: Position,
  { epoch, at }: Entered,
  rows: readonly DecisionRow[],
  hashes: readonly string[],
) {
  const held = rows.map(({ id }, index) => ({ id, hash: hashes[index] as string }));
  held.sort((a, b) => (a.id < b.id ? -1 : 1));
  const { chain, sequence } = advance(position, "");
  const content: LinkContent = {
    chain,
    sequence,
    follows: position.sequence === 0 ? position.follows : null,
    previous: position.hash,
    rowHashes: held.map(({ hash }) => hash).join(""),
    writtenAt: BigInt(at),
    transactionId: BigInt(epoch),
  };
  return linkOf(
    held.map(({ id }) => id),
    content,
  );
}

function sqlOfLink({ statement: { text, values } }: ReturnType<typeof linkOf>): string {
  return sqlOf(textFor("mysql", text), values);
}
