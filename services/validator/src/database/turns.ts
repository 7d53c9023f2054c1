// What is done one at a time, over all replicas: whoever has the turn has it until their transaction ends.
import type { Session } from "./session.ts";

/** What PostgreSQL locks by: any numbers that nobody else locks by. MySQL has a row for each in its table `turns`. */
const NUMBERS = {
  rules: 7_201_845_332,
  acts: 7_201_845_333,
  anchors: 7_201_845_334,
  people: 7_201_845_335,
  "signing-keys": 7_201_845_336,
  screening: 7_201_845_337,
} as const;

export type Turn = keyof typeof NUMBERS;

const TAKE = {
  name: "turns.take",
  text: {
    postgresql: "select pg_advisory_xact_lock($1)",
    mysql: "select name from turns where name = $1 for update",
  },
};

const TRY = {
  name: "turns.try",
  text: {
    postgresql: "select 1 where pg_try_advisory_xact_lock($1)",
    mysql: "select name from turns where name = $1 for update skip locked",
  },
};

/** What the database locks by. */
function turnKey({ engine }: Session, turn: Turn): string | number {
  return engine === "postgresql" ? NUMBERS[turn] : turn;
}

/**
 * Waits for the turn, as long as a change may wait for another one. `session` is in a transaction; only its next
 * statement sees all that was committed before.
 */
export async function takeTurn(session: Session, turn: Turn): Promise<void> {
  const { rowCount } = await session.query({ ...TAKE, values: [turnKey(session, turn)] });
  if (rowCount !== 1) throw new TypeError(`There is no row "${turn}" in the table turns: nobody would wait.`);
}

/** The same without waiting: whether it was free. */
export async function tryTurn(session: Session, turn: Turn): Promise<boolean> {
  return (await session.query({ ...TRY, values: [turnKey(session, turn)] })).rowCount === 1;
}
