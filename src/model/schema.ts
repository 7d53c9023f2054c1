import * as z from "zod";
import { Billing } from "./billing.ts";
import { Claim, Note, Plan } from "./claims.ts";
import { Compute } from "./compute.ts";
import { Delivery } from "./delivery.ts";
import { Entry } from "./entry.ts";
import { Name } from "./names.ts";
import { Network } from "./network.ts";
import { Objective } from "./objectives.ts";
import { Observability } from "./observability.ts";
import { Recovery } from "./recovery.ts";
import { Secret } from "./secrets.ts";
import { Registry, Security } from "./security.ts";
import { Service } from "./services.ts";
import { Store } from "./stores/store.ts";

/**
 * One system, in every part that its document speaks of. Each schema is three things at once: the type of what
 * people write, the check at run time, and the defaults. What it returns has every default and plain numbers:
 * milliseconds, bytes, vCPUs, times a second.
 */
export const ArchitectureSchema = z.strictObject({
  name: Name,
  description: z.string().optional(),
  /** The file that the claims quote. */
  document: z.string().min(1).optional(),
  /** An AWS region: `us-east-1`. */
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region is expected, like "us-east-1"'),
  network: Network,
  entry: Entry,
  compute: Compute,
  services: z.record(Name, Service),
  stores: z.record(Name, Store).default({}),
  secrets: z.record(Name, Secret).default({}),
  registry: Registry.prefault({}),
  security: Security.prefault({}),
  observability: Observability,
  delivery: Delivery.prefault({}),
  recovery: Recovery.prefault({}),
  billing: Billing.prefault({}),
  /**
   * Arguments of generated Terraform resources that are to be other ones, by address: `{ "aws_lb.main": { idle_timeout: 30 } }`.
   * In TypeScript, `terraformOverrides()` checks them; `null` takes an argument away.
   */
  terraform: z
    .record(
      z
        .string()
        .regex(/^aws_[a-z0-9_]+\.[a-z0-9_]+$/, 'the address of a resource is expected, like "aws_lb.main"'),
      z.record(z.string(), z.unknown()),
    )
    .default({}),
  objectives: z.array(Objective).default([]),
  /** Where the document gives a setting: the path of the setting, `services.api.port`, and the document's words. */
  sources: z.record(z.string().min(1), Claim).default({}),
  notes: z.array(Note).default([]),
  planned: z.array(Plan).default([]),
});

/** What people write, with references still open; environments are beside it. */
export type ArchitectureInput = z.input<typeof ArchitectureSchema>;
