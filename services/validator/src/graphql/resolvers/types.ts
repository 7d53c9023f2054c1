import type { Context } from "../context.ts";

/** Arguments of a list that is read page by page. */
export interface PageArguments {
  readonly first: number;
  readonly after?: string | null;
}

/** How a field comes about of what it is part of. Both are as the schema says, which TypeScript does not know. */
export type Resolver = (source: never, args: never, context: Context) => unknown;

/** By type and field. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;
