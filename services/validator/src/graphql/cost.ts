// What a question may cost: as many objects as its answer may have at most.
import {
  type DocumentNode,
  getNamedType,
  GraphQLError,
  isLeafType,
  type OperationDefinitionNode,
} from "graphql";
import { type ComplexityEstimatorArgs, getComplexity } from "graphql-query-complexity";

import { coded, withCode } from "./errors.ts";
import { schema } from "./schema.ts";

/**
 * Objects of an answer. Making them holds up the thread on which payments are decided: so many for about 25 ms. A page of
 * 100 decisions with all that they have is 1201.
 */
export const MOST_OBJECTS = 2000;
/** Entries of a page. */
export const MOST_ENTRIES = 100;
/** Fields that are looked at, fragments spread out. */
const MOST_NODES = 5000;

export interface CostParts {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they came; they are known to be right. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Why a question is too large; empty where it is not. */
export function costErrors({ document, operation, variables }: CostParts): GraphQLError[] {
  const errors: GraphQLError[] = [];
  const estimator = (asked: ComplexityEstimatorArgs) => {
    const { first } = asked.args as { first?: number };
    if (first !== undefined && (first < 1 || first > MOST_ENTRIES))
      errors.push(coded("INVALID_ARGUMENT", `first must be from 1 to ${MOST_ENTRIES}; it is ${first}.`));
    return objectsOf(asked, first);
  };
  // The other operations of the document are not carried out; the library cannot tell those without a name apart.
  const others = document.definitions.filter((each) => each.kind !== "OperationDefinition");
  let objects: number;
  try {
    objects = getComplexity({
      schema,
      query: { ...document, definitions: [operation, ...others] },
      variables: { ...variables },
      estimators: [estimator],
      maxQueryNodes: MOST_NODES,
    });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // A variable that may be null where the argument may not: it has a place in the document, and the other error has none.
    if (error.nodes !== undefined) return [withCode("INVALID_VARIABLES", error)];
    return [coded("TOO_COSTLY", `The document has more than ${MOST_NODES} fields, fragments spread out.`)];
  }
  if (objects > MOST_OBJECTS)
    errors.push(
      coded(
        "TOO_COSTLY",
        `The answer may have ${objects} objects, and ${MOST_OBJECTS} are the most. Ask for smaller pages.`,
      ),
    );
  return errors.slice(0, 10);
}

/** A page is as many entries as it may have, with what each of them has; what has no parts costs nothing by itself. */
function objectsOf({ field, childComplexity }: ComplexityEstimatorArgs, first: number | undefined): number {
  const type = getNamedType(field.type);
  if (isLeafType(type) || type.name.startsWith("__") || type.name === "PageInfo") return 0;
  if (first !== undefined) return 1 + first * childComplexity;
  return type.name.endsWith("Edge") ? childComplexity : 1 + childComplexity;
}
