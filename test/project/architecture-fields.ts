import * as z from "zod";
import { ArchitectureSchema } from "#model/schema.ts";
import { Claim } from "#model/claims.ts";
import { Fault } from "#model/faults.ts";
import { Name, PartReference, SecretReference, ServiceReference, StoreReference } from "#model/names.ts";
import { Cidr } from "#model/quantities/cidr.ts";
import { Cpu } from "#model/quantities/cpu.ts";
import { Duration } from "#model/quantities/duration.ts";
import { Flow, Rate } from "#model/quantities/rate.ts";
import { Size } from "#model/quantities/size.ts";
import { type Described, describeConstant } from "./schema-comments.ts";

/** One field of an architecture, as the reference lists it. */
export interface Field {
  /** `services.*.replicas.min`: `*` is any name, `[]` any element of a list. */
  readonly path: string;
  readonly type: string;
  /** What it is when it is left out; `required` and `none` are words, the rest is code. */
  readonly fallback: "required" | "none" | { readonly value: unknown };
  readonly meaning: string;
  /** The kinds of the nearest union that have it; empty where all have it. */
  readonly kinds: readonly string[];
}

/** A kind of a part: `web` among the services. */
export interface Kind {
  readonly path: string;
  readonly name: string;
  readonly meaning: string;
}

type Schema = z.core.$ZodType;

const NAMED = new Map<Schema, string>([
  [Duration, "duration"],
  [Size, "size"],
  [Cpu, "processor share"],
  [Rate, "rate"],
  [Flow, "flow"],
  [Cidr, "network"],
  [Name, "name"],
  [Fault, "fault"],
  [Claim, "claim"],
  [ServiceReference, "name of a service"],
  [StoreReference, "name of a store"],
  [SecretReference, "name of a secret"],
  [PartReference, "name of a service or a store"],
]);

/** Every field of the schema, in its order, with what the source's comments say. */
export function architectureFields(): { fields: Field[]; kinds: Kind[] } {
  const described = describeConstant("src/model/schema.ts", "ArchitectureSchema");
  const kinds: Kind[] = [];
  return { fields: fieldsOf(ArchitectureSchema, "", described, kinds), kinds };
}

/** The fields inside a schema that stands at a path. */
function fieldsOf(schema: Schema, path: string, described: Described, kinds: Kind[]): Field[] {
  const { inner } = unwrap(schema);
  if (inner === Claim) return [];
  if (inner instanceof z.ZodObject) {
    return Object.entries<Schema>(inner.shape).flatMap(([name, child]) => {
      const about = described.fields?.get(name) ?? {};
      return fieldAt(child, path === "" ? name : `${path}.${name}`, about, kinds);
    });
  }
  if (inner instanceof z.ZodArray)
    return fieldsOf(inner.element, `${path}[]`, described.element ?? {}, kinds);
  if (inner instanceof z.ZodRecord)
    return fieldsOf(inner.valueType, `${path}.*`, described.element ?? {}, kinds);
  if (inner instanceof z.ZodDiscriminatedUnion) return unionFields(inner, path, described, kinds);
  return [];
}

function fieldAt(
  schema: Schema,
  path: string,
  described: Described & { readonly ownComment?: string | undefined },
  kinds: Kind[],
): Field[] {
  const { inner, fallback } = unwrap(schema);
  const meaning = described.ownComment ?? (NAMED.has(inner) ? "" : commentOf(described));
  const field: Field = { path, type: typeOf(inner), fallback, meaning, kinds: [] };
  return [field, ...fieldsOf(inner, path, described, kinds)];
}

function commentOf({ comment, element }: Described): string {
  return comment ?? element?.comment ?? "";
}

/** The fields of all options, each once, with the kinds that have it. */
function unionFields(
  union: z.ZodDiscriminatedUnion,
  path: string,
  described: Described,
  kinds: Kind[],
): Field[] {
  const merged = new Map<string, { readonly field: Field; readonly kinds: string[] }>();
  const names: string[] = [];
  for (const [index, option] of union.options.entries()) {
    const about = described.variants?.[index] ?? {};
    const [name] = literalsOf((option as z.ZodObject).shape["kind"] as Schema);
    names.push(String(name));
    if (!kinds.some((known) => known.path === path && known.name === name))
      kinds.push({ path, name: String(name), meaning: about.comment ?? "" });
    for (const field of fieldsOf(option, path, about, kinds)) {
      if (field.path === `${path}.kind`) continue;
      const key = JSON.stringify(field);
      const known = merged.get(key);
      if (known) known.kinds.push(String(name));
      else merged.set(key, { field, kinds: [String(name)] });
    }
  }
  const kind: Field = {
    path: `${path}.kind`,
    type: names.map((name) => `\`"${name}"\``).join(", "),
    fallback: "required",
    meaning: "Which kind it is; the other fields depend on it.",
    kinds: [],
  };
  // What a union inside has said about its own kinds is nearer to the field.
  const fields = [...merged.values()].map(({ field, kinds: having }) =>
    field.kinds.length > 0 || having.length === names.length ? field : { ...field, kinds: having },
  );
  return [kind, ...fields];
}

/** Takes off what says only whether a value may be left out. */
function unwrap(schema: Schema): { inner: Schema; fallback: Field["fallback"] } {
  let inner = schema;
  let fallback: Field["fallback"] = "required";
  for (;;) {
    if (NAMED.has(inner)) return { inner, fallback };
    if (inner instanceof z.ZodOptional) fallback = "none";
    else if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
      fallback = { value: inner.def.defaultValue };
    else return { inner, fallback };
    inner = inner.def.innerType;
  }
}

/** The type in words; choices are code. */
function typeOf(schema: Schema): string {
  const { inner } = unwrap(schema);
  const named = NAMED.get(inner);
  if (named !== undefined) return named;
  if (inner instanceof z.ZodString) return textType(inner);
  if (inner instanceof z.ZodNumber) return numberType(inner);
  if (inner instanceof z.ZodBoolean) return "`true` or `false`";
  if (inner instanceof z.ZodEnum || inner instanceof z.ZodLiteral)
    return literalsOf(inner)
      .map((value) => `\`${JSON.stringify(value)}\``)
      .join(", ");
  if (inner instanceof z.ZodArray) return `list of: ${typeOf(inner.element)}`;
  if (inner instanceof z.ZodTuple) return `list of two: ${typeOf(inner.def.items[0] as Schema)}`;
  if (inner instanceof z.ZodRecord) return `object: each ${typeOf(inner.valueType)}`;
  if (inner instanceof z.ZodUnion && !(inner instanceof z.ZodDiscriminatedUnion))
    return inner.options.map(optionType).join(", or ");
  return inner instanceof z.ZodUnknown ? "anything" : "object";
}

function optionType(option: Schema): string {
  return option instanceof z.ZodObject ? `\`{ ${Object.keys(option.shape).join(", ")} }\`` : typeOf(option);
}

function literalsOf(schema: Schema): readonly unknown[] {
  if (schema instanceof z.ZodEnum) return schema.options;
  return schema instanceof z.ZodLiteral ? [...schema.values] : [];
}

/** With the check's own words where it has a pattern: they give an example. */
function textType(schema: z.ZodString): string {
  const issue = schema.safeParse("\0").error?.issues.find(({ code }) => code === "invalid_format");
  const example = issue && /like (".*")$/.exec(issue.message)?.[1];
  const longest = schema.maxLength === null ? "" : `, at most ${schema.maxLength} characters`;
  return `text${longest}${example ? `, like \`${example}\`` : ""}`;
}

function numberType(schema: z.ZodNumber): string {
  const what = schema.isInt ? "whole number" : "number";
  const { minValue, maxValue } = schema;
  const [low, high] = [minValue, maxValue].map((bound) =>
    bound === null || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? null : bound,
  );
  if (low !== null && high !== null) return `${what}, ${low} to ${high}`;
  return low === null ? what : `${what}, ${low} or more`;
}
