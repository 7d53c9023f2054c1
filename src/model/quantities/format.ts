import { ArchitectureSchema } from "../schema.ts";
import { schemasAt } from "../schema-fields.ts";
import { Cpu, formatCpu } from "./cpu.ts";
import { Duration, formatDuration } from "./duration.ts";
import { formatSize, Size } from "./size.ts";

/** A resolved value of an architecture as people write it: `30000` at `services.api.startTimeout` is `30s`. */
export function asWritten(path: readonly string[], value: unknown): unknown {
  if (typeof value !== "number") return value;
  const schemas: readonly unknown[] = schemasAt(ArchitectureSchema, path);
  if (schemas.includes(Duration)) return formatDuration(value);
  if (schemas.includes(Size)) return formatSize(value);
  return schemas.includes(Cpu) ? formatCpu(value) : value;
}
