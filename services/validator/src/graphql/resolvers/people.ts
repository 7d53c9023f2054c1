import { personBody } from "../../people/bodies.ts";
import { TEXT_KEY, textOf, UUID_KEY } from "../arguments.ts";
import { connectionOf } from "../connection.ts";
import { keyAfter } from "../cursors.ts";
import type { PageArguments, Resolvers } from "./types.ts";

interface ActFilter {
  readonly actor?: string | null;
  readonly act?: string | null;
  readonly subject?: string | null;
}

/** The longest subject of an act. */
const SUBJECT = 512;

export const peopleResolvers: Resolvers = {
  Query: {
    async person(_: unknown, { name }: { name: string }, { sources }) {
      const found = await sources.person(textOf("name", name) ?? "");
      return found === undefined ? null : personBody(found);
    },
    async people(_: unknown, { first, after }: PageArguments, { sources }) {
      const key = keyAfter("people", after, TEXT_KEY);
      return connectionOf(await sources.people({ after: key ?? "", limit: first + 1 }), {
        list: "people",
        first,
        isBehind: key !== undefined,
        key: ({ name }) => name,
        node: personBody,
      });
    },
    async auditActs(
      _: unknown,
      { first, after, filter }: PageArguments & { filter: ActFilter | null },
      { sources },
    ) {
      const key = keyAfter("auditActs", after, UUID_KEY);
      const asked = {
        actor: textOf("actor", filter?.actor),
        act: textOf("act", filter?.act),
        subject: textOf("subject", filter?.subject, SUBJECT),
        after: key,
        limit: first + 1,
      };
      return connectionOf(await sources.acts(asked), {
        list: "auditActs",
        first,
        isBehind: key !== undefined,
        key: ({ id }) => id,
        node: ({ at, ...act }) => ({ ...act, at: at.toISOString() }),
      });
    },
  },
};
