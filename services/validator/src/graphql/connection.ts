// A page of a list, in the form that Relay has given it (https://relay.dev/graphql/connections.htm).
import { cursorOf } from "./cursors.ts";

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

export interface PageParts<Found, Node> {
  /** Name of the list, which its cursors carry. */
  readonly list: string;
  readonly first: number;
  /** Whether the page begins behind a cursor. */
  readonly isBehind: boolean;
  readonly key: (found: Found) => string;
  readonly node: (found: Found) => Node;
}

/** The first `first` of `found`, of which one more was asked for to know whether there is another page. */
export function connectionOf<Found, Node>(
  found: readonly Found[],
  { list, first, isBehind, key, node }: PageParts<Found, Node>,
): Connection<Node> {
  const edges = found
    .slice(0, first)
    .map((each) => ({ cursor: cursorOf(list, key(each)), node: node(each) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: found.length > first,
      hasPreviousPage: isBehind,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
