import { inBoth } from "../database/dialect.ts";
import type { Statement } from "../database/session.ts";
import { firstIdOf } from "./ids.ts";
import type { DecisionFilter } from "./reader.ts";
import { storedColumns } from "./stored.ts";

/** Asks for the newest decisions that are as the filter says. */
export function listStatement({ outcome, account, from, to, before, limit }: DecisionFilter): Statement {
  const values: unknown[] = [];
  const is = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (from !== undefined) conditions.push(`id >= ${is(firstIdOf(from))}`);
  if (to !== undefined) conditions.push(`id < ${is(firstIdOf(to))}`);
  if (before !== undefined) conditions.push(`id < ${is(before)}`);
  if (outcome !== undefined) conditions.push(`outcome = ${is(outcome)}`);
  const newest = `order by id desc limit ${is(limit)}`;
  const where = (more: string[] = []) => `where ${[...conditions, ...more].join(" and ") || "true"}`;
  const all = `(select id from decisions ${where()} ${newest})`;
  const ids = account === undefined ? { postgresql: all, mysql: all } : ofAccount(is(account), where, newest);
  const columns = inBoth((say) => `${storedColumns(say)}, ${say.text("transaction")} as transaction`);
  const text = (engine: keyof typeof columns) =>
    `select ${columns[engine]} from decisions join ${ids[engine]} as found using (id) order by id desc`;
  return { text: { postgresql: text("postgresql"), mysql: text("mysql") }, values };
}

/**
 * Newest first by the primary key would read all that is newer than an account's rare payments. PostgreSQL finds them
 * first, by their own index, and sorts then; MySQL has an index in that order for each of the two accounts.
 */
function ofAccount(number: string, where: (more: string[]) => string, newest: string) {
  const matching = `select id from decisions ${where([`(debtor_account = ${number} or creditor_account = ${number})`])}`;
  const by = (column: string) => `(select id from decisions ${where([`${column} = ${number}`])} ${newest})`;
  return {
    postgresql: `(with matching as materialized (${matching}) select id from matching ${newest})`,
    mysql: `(${by("debtor_account")} union ${by("creditor_account")} ${newest})`,
  };
}
