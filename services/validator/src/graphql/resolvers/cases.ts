import { alertBody, caseBody, eventBody } from "../../cases/bodies.ts";
import type { CaseState, StoredCase } from "../../cases/case.ts";
import { textOf, UUID_KEY, uuidOf } from "../arguments.ts";
import { connectionOf } from "../connection.ts";
import { keyAfter } from "../cursors.ts";
import type { PageArguments, Resolvers } from "./types.ts";

const EVENT_KEY = /^[1-9][0-9]{0,17}$/;

interface CaseFilter {
  readonly state?: CaseState | null;
  readonly assignee?: string | null;
  readonly account?: string | null;
}

export const caseResolvers: Resolvers = {
  Query: {
    async case(_: unknown, { id }: { id: string }, { sources, now }) {
      const known = uuidOf(id);
      const found = known && (await sources.cases.find(known));
      return found ? caseNode(found, now) : null;
    },
    async cases(
      _: unknown,
      { first, after, filter }: PageArguments & { filter: CaseFilter | null },
      { sources, now },
    ) {
      const key = keyAfter("cases", after, UUID_KEY);
      const asked = {
        state: filter?.state ?? undefined,
        assignee: textOf("assignee", filter?.assignee),
        account: textOf("account", filter?.account),
        after: key,
        limit: first + 1,
      };
      return connectionOf(await sources.cases.list(asked), {
        list: "cases",
        first,
        isBehind: key !== undefined,
        key: ({ id }) => id,
        node: (each) => caseNode(each, now),
      });
    },
  },
  // A cursor is of the list of one case, so pages behind one are never asked for of many cases at once.
  Case: {
    async alerts({ id }: { id: string }, { first, after }: PageArguments, { sources, loaders }) {
      const list = `alerts ${id}`;
      const key = keyAfter(list, after, UUID_KEY);
      const limit = first + 1;
      const found =
        key === undefined
          ? await loaders.alerts(limit).load(id)
          : await sources.cases.alerts(id, { after: key, limit });
      return connectionOf(found, {
        list,
        first,
        isBehind: key !== undefined,
        key: ({ decision }) => decision,
        node: alertBody,
      });
    },
    async history({ id }: { id: string }, { first, after }: PageArguments, { sources, loaders }) {
      const list = `history ${id}`;
      const key = keyAfter(list, after, EVENT_KEY);
      const limit = first + 1;
      const found =
        key === undefined
          ? await loaders.events(limit).load(id)
          : await sources.cases.events(id, { after: key, limit });
      return connectionOf(found, {
        list,
        first,
        isBehind: key !== undefined,
        key: (event) => event.id,
        node: eventBody,
      });
    },
  },
};

/** Where REST says how many alerts there are, this has the alerts themselves under that name. */
function caseNode(stored: StoredCase, now: number) {
  const { alerts: alertCount, ...rest } = caseBody(stored, now);
  return { ...rest, alertCount };
}
