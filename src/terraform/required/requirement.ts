import type { Expression, HclValue } from "../hcl/expression.ts";
import { blocks } from "../reachability/evaluate.ts";
import type { ArgumentsOf, Resource, ResourceType } from "../stack.ts";

export type Arguments = Readonly<Record<string, HclValue | undefined>>;

/** An argument that AWS demands, although the provider's schema lets it be left out. */
export interface Requirement {
  readonly type: ResourceType;
  /** The block that it stands in; null for the resource itself. */
  readonly block: string | null;
  /** Any one of these is enough. */
  readonly oneOf: readonly string[];
  readonly when: Condition;
  readonly why: string;
  readonly page: string;
}

/** Decides by the arguments beside the one in question, and by the other resources where it depends on who uses this one. */
type Condition = (beside: Arguments, where: Where) => boolean;

interface Where {
  readonly resource: Resource;
  readonly resources: readonly Resource[];
}

interface Demand<Name extends string> {
  readonly oneOf: readonly [Name, ...Name[]];
  readonly why: string;
  /** Always, if left out. */
  readonly when?: Condition;
}

/** What the schema demands itself, `terraform validate` finds: to list it here does not compile. */
type OptionalIn<Of> = { [Key in keyof Of]-?: undefined extends Of[Key] ? Key : never }[keyof Of] & string;
type Plain = string | number | boolean | readonly unknown[] | Expression;
type BlockIn<Type extends ResourceType, Key extends keyof ArgumentsOf<Type>> = Exclude<
  NonNullable<ArgumentsOf<Type>[Key]>,
  Plain
>;

/** What AWS demands of a type of resource. */
export function of<Type extends ResourceType>(
  type: Type,
  page: string,
  demands: readonly Demand<OptionalIn<ArgumentsOf<Type>>>[],
): Requirement[] {
  return demands.map(({ when = always, ...demand }) => ({ type, block: null, page, when, ...demand }));
}

/** The same, of each block of one name, where there is one. */
export function inBlock<Type extends ResourceType, Block extends keyof ArgumentsOf<Type> & string>(
  type: Type,
  block: Block,
  page: string,
  demands: readonly Demand<OptionalIn<BlockIn<Type, Block>>>[],
): Requirement[] {
  return demands.map(({ when = always, ...demand }) => ({ type, block, page, when, ...demand }));
}

function always(): boolean {
  return true;
}

/** The blocks of a resource that a requirement is about. */
export function placesOf({ block }: Requirement, { arguments: args }: Resource): readonly Arguments[] {
  const own = args as unknown as Arguments;
  return block === null ? [own] : blocks(own[block]);
}

/** An empty list names nothing: AWS refuses it as it refuses no list. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** Where an argument says one of some words. */
export function says(argument: string, ...words: readonly HclValue[]): Condition {
  return (beside) => words.includes(beside[argument] as HclValue);
}
