import type { Expression } from "./hcl/expression.ts";
import { reference } from "./hcl/expression.ts";
import type { ResourceTypes } from "./provider/generated/resources.ts";

export type ResourceType = keyof ResourceTypes;
export type ArgumentsOf<Type extends ResourceType> = ResourceTypes[Type]["arguments"];
type AttributesOf<Type extends ResourceType> = ResourceTypes[Type]["attributes"];

/** The files of a root module, each about one concern, in the order in which a reader meets them. */
export const CONCERNS = [
  "network",
  "security",
  "entry",
  "compute",
  "data",
  "secrets",
  "observability",
  "backup",
] as const;
export type Concern = (typeof CONCERNS)[number];

/** What any resource may have beside its arguments. https://developer.hashicorp.com/terraform/language/meta-arguments */
export interface MetaArguments {
  /** The architecture's reason, in a sentence or two; printed above the resource. */
  readonly comment?: string;
  /** An alias of the provider: `replica` for the second region. */
  readonly provider?: string;
  readonly forEach?: Expression;
  readonly dependsOn?: readonly Pick<Resource, "address">[];
  readonly lifecycle?: {
    readonly createBeforeDestroy?: boolean;
    readonly preventDestroy?: boolean;
    /** Arguments that something else changes while the system runs: a scaler, a deployment. */
    readonly ignoreChanges?: readonly string[];
  };
}

/** A resource of the module, and what others refer to it by. */
export interface Resource<Type extends ResourceType = ResourceType> {
  readonly type: Type;
  readonly name: string;
  readonly concern: Concern;
  readonly arguments: ArgumentsOf<Type>;
  readonly meta: MetaArguments;
  /** `aws_vpc.main` */
  readonly address: string;
  ref<Attribute extends keyof AttributesOf<Type> & string>(
    attribute: Attribute,
  ): Expression<AttributesOf<Type>[Attribute]>;
}

/** The resources of one environment, in the order in which they were added. */
export interface Resources {
  readonly resources: readonly Resource[];
}

/** Where the parts of the projection add their resources. */
export class Stack implements Resources {
  readonly #resources = new Map<string, Resource>();

  get resources(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  /** A resource that was added, for what several parts share. */
  find<Type extends ResourceType>(type: Type, name: string): Resource<Type> | null {
    return (this.#resources.get(`${type}.${name}`) as unknown as Resource<Type> | undefined) ?? null;
  }

  /** Where resources of one concern are added. */
  file(concern: Concern): Add {
    return (type, name, args, meta = {}) => {
      const address = `${type}.${name}`;
      if (this.#resources.has(address)) throw new Error(`${address} is added twice.`);
      const resource: Resource<typeof type> = {
        type,
        name,
        concern,
        arguments: args,
        meta,
        address,
        ref: (attribute) => reference(`${address}.${attribute}`),
      };
      this.#resources.set(address, resource as unknown as Resource);
      return resource;
    };
  }
}

export type Add = <Type extends ResourceType>(
  type: Type,
  name: string,
  args: ArgumentsOf<Type>,
  meta?: MetaArguments,
) => Resource<Type>;
