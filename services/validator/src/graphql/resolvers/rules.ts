import { listBody, listedValueBody, summaryBody } from "../../rule-sets/bodies.ts";
import type { VersionState } from "../../rule-sets/lifecycle.ts";
import type { ListedValue } from "../../rule-sets/list-repository.ts";
import { TEXT_KEY, textOf } from "../arguments.ts";
import { connectionOf } from "../connection.ts";
import type { Context } from "../context.ts";
import { keyAfter } from "../cursors.ts";
import type { PageArguments, Resolvers } from "./types.ts";

const VERSION_KEY = /^[1-9][0-9]{0,8}$/;
/** The longest name that a list has. */
const LIST_NAME = 64;

async function findVersion(version: number | undefined, { loaders }: Context) {
  const found = version === undefined ? undefined : await loaders.version.load(version);
  return found === undefined ? null : summaryBody(found);
}

export const ruleResolvers: Resolvers = {
  Query: {
    async ruleSetVersion(_: unknown, { version }: { version?: number | null }, context) {
      return findVersion(version ?? (await context.sources.liveVersion()), context);
    },
    async ruleSetVersions(
      _: unknown,
      { first, after, state }: PageArguments & { state?: VersionState | null },
      { sources },
    ) {
      const key = keyAfter("ruleSetVersions", after, VERSION_KEY);
      const page = {
        state: state ?? undefined,
        after: key === undefined ? undefined : Number(key),
        limit: first + 1,
      };
      return connectionOf(await sources.versions(page), {
        list: "ruleSetVersions",
        first,
        isBehind: key !== undefined,
        key: ({ version }) => String(version),
        node: summaryBody,
      });
    },
    async valueList(_: unknown, { name }: { name: string }, { sources }) {
      const found = await sources.list(textOf("name", name, LIST_NAME) ?? "");
      return found === undefined ? null : listBody(found);
    },
    async valueLists(_: unknown, { first, after }: PageArguments, { sources }) {
      const key = keyAfter("valueLists", after, TEXT_KEY);
      return connectionOf(await sources.lists({ after: key ?? "", limit: first + 1 }), {
        list: "valueLists",
        first,
        isBehind: key !== undefined,
        key: ({ name }) => name,
        node: listBody,
      });
    },
  },
  RuleSetName: {
    ruleSetVersion: ({ version }: { version: number }, _: object, context) => findVersion(version, context),
  },
  RuleSetVersion: {
    document: ({ version }: { version: number }, _: object, { loaders }) => loaders.document.load(version),
  },
  ValueList: {
    async values({ name }: { name: string }, { first, after }: PageArguments, { sources, loaders }) {
      const list = `values ${name}`;
      const key = keyAfter(list, after, TEXT_KEY);
      const limit = first + 1;
      const found =
        key === undefined
          ? await loaders.values(limit).load(name)
          : ((await sources.valuesOf([name], { after: key, limit })).get(name) ?? []);
      return connectionOf<ListedValue, unknown>(found, {
        list,
        first,
        isBehind: key !== undefined,
        key: ({ value }) => value,
        node: listedValueBody,
      });
    },
  },
};
