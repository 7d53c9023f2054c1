import type { ResourceTypes } from "#terraform/provider/generated/resources.ts";
import type { ArgumentsOf, Resource, ResourceType } from "#terraform/stack.ts";

/** Something that the emulator cannot do, or does otherwise than AWS, and what is done about it. */
export interface Gap {
  readonly type: ResourceType;
  /** Which resources of the type; all of them where this is left out. */
  readonly where?: (args: Arguments) => boolean;
  readonly done: Done;
  /** In a sentence. */
  readonly reason: string;
}

type Arguments = Readonly<Record<string, unknown>>;
type Change = (args: Arguments) => Arguments;

type Done =
  | { readonly kind: "left-out" }
  /** Applied with other arguments. */
  | { readonly kind: "changed"; readonly to: Change }
  /** The same, for what has to be lifted before anything is destroyed: a protection, and no gap. */
  | { readonly kind: "lifted"; readonly to: Change }
  /** Applied as it is generated; what the emulator then says of these arguments is not. */
  | { readonly kind: "ignored"; readonly names: readonly string[] };

type Where<Type extends ResourceType> = (args: ArgumentsOf<Type>) => boolean;
/** Blocks and arguments in full, of literals only. */
type Changed<Type extends ResourceType> = (args: ArgumentsOf<Type>) => Partial<ArgumentsOf<Type>>;
type Name<Type extends ResourceType> = (keyof ArgumentsOf<Type> | keyof ResourceTypes[Type]["attributes"]) &
  string;

export function leftOut<Type extends ResourceType>(type: Type, reason: string, where?: Where<Type>): Gap {
  return gap(type, { kind: "left-out" }, reason, where);
}

export function changed<Type extends ResourceType>(type: Type, to: Changed<Type>, reason: string): Gap {
  return gap(type, { kind: "changed", to: to as unknown as Change }, reason);
}

export function lifted<Type extends ResourceType>(type: Type, to: Changed<Type>, reason: string): Gap {
  return gap(type, { kind: "lifted", to: to as unknown as Change }, reason);
}

export function ignored<Type extends ResourceType>(
  type: Type,
  names: readonly Name<Type>[],
  reason: string,
  where?: Where<Type>,
): Gap {
  return gap(type, { kind: "ignored", names }, reason, where);
}

function gap<Type extends ResourceType>(type: Type, done: Done, reason: string, where?: Where<Type>): Gap {
  return { type, done, reason, ...(where ? { where: where as unknown as NonNullable<Gap["where"]> } : {}) };
}

/** The arguments that a gap changes, as they are then. */
export function changesOf({ done }: Gap, resource: Resource): Arguments {
  return "to" in done ? done.to(resource.arguments as Arguments) : {};
}

export function concerns({ type, where }: Gap, resource: Resource): boolean {
  return resource.type === type && (where?.(resource.arguments as Arguments) ?? true);
}
