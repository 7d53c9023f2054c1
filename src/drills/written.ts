import { ask, dialectOf } from "./sql.ts";

/** A table of the drills' own, empty. @returns its name */
export async function createDrillTable(url: string): Promise<string> {
  const { create, drillTable } = dialectOf(url);
  await ask(url, ...create);
  return drillTable;
}

export async function dropDrillTable(url: string): Promise<void> {
  await ask(url, dialectOf(url).drop);
}

/** The numbers that the drill's own table holds; none where a restored store is from before there was the table. */
export async function numbersInTable(url: string): Promise<Set<number>> {
  const { isThere, drillTable } = dialectOf(url);
  const [there] = await ask(url, isThere);
  return there ? numbers(url, `select number from ${drillTable}`) : new Set();
}

/** The numbers of a run that stand in a service's own table. @param run digits; what a request's number begins with. */
export function numbersWritten(
  url: string,
  place: { readonly table: string; readonly column: string },
  run: string,
): Promise<Set<number>> {
  return numbers(url, dialectOf(url).written(place, run));
}

async function numbers(url: string, query: string): Promise<Set<number>> {
  const rows = await ask(url, query);
  return new Set(rows.map(([number]) => Number(number)));
}
