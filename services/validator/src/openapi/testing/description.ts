// The API's description as a client reads it.
import { createRequire } from "node:module";

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters?: readonly {
    readonly in: "path" | "query" | "header";
    readonly name: string;
    readonly description: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { schema: Schema; example?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Response {
  readonly $ref?: string;
  readonly description: string;
  readonly content?: Readonly<Record<string, { schema: Schema; example?: unknown }>>;
}

export interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Described {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

export function operationsOf({ paths }: Description): Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** What a reference within the document leads to. */
export function follow(description: Description, ref: string): unknown {
  const steps = ref.replace(/^#\//, "").split("/");
  return steps.reduce<unknown>(
    (part, step) => (part as Record<string, unknown> | undefined)?.[step],
    description,
  );
}

interface Validator {
  (value: unknown): boolean;
  errors?: unknown;
}

interface Ajv {
  addSchema(schema: object, key: string): void;
  compile(schema: object): Validator;
}

/** Fastify's own validator, in the dialect of OpenAPI 3.1 (JSON Schema 2020-12); throws for what is no schema. */
export function schemaValidator(description: Description): (pointer: string) => Validator {
  const beside = createRequire(createRequire(import.meta.url).resolve("fastify"));
  const { default: Ajv2020 } = beside("ajv/dist/2020") as { default: new (options: object) => Ajv };
  const formats = { uuid: true, "date-time": true, date: true, ipv4: true, ipv6: true };
  const ajv = new Ajv2020({ strict: false, formats, allErrors: true });
  ajv.addSchema({ $id: "api:", ...description }, "api:");
  return (pointer) => ajv.compile({ $ref: `api:${pointer}` });
}

/** A JSON pointer as a fragment (RFC 6901, section 6). */
export function pointerTo(...steps: readonly string[]): string {
  return `#/${steps.map((step) => encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
}
