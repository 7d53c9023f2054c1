import type { Session } from "../database/session.ts";
import { type Finding, Findings } from "./findings.ts";
import { verifyActs } from "./verify-acts.ts";
import { type KeptAnchor, verifyAnchors } from "./verify-anchors.ts";
import { verifyLinks } from "./verify-links.ts";
import { verifyDecisions } from "./verify-rows.ts";

export interface VerifyOptions {
  /** Milliseconds since 1970: what was written before is taken as it is. */
  since?: number | undefined;
  /** Anchors that were kept outside of the database, such as those in the log. */
  kept?: readonly KeptAnchor[];
}

export interface AuditReport {
  sound: boolean;
  /** The earliest. */
  first: Finding | null;
  /** The earliest hundred. */
  findings: Finding[];
  /** How many there are. */
  total: number;
  decisions: number;
  acts: number;
  links: number;
  anchors: number;
  /** To be kept elsewhere: nothing that it holds can be altered without its hash being another. */
  newestAnchor: KeptAnchor | null;
  seconds: number;
  rowsPerSecond: number;
}

/**
 * Looks for anything in the audit trail that is not as this service has written it, while others go on writing. Reads
 * pages, and holds no transaction open in between. The connection should be for this alone: its settings are changed.
 */
export async function verifyAudit(
  client: Session,
  { since, kept = [] }: VerifyOptions = {},
): Promise<AuditReport> {
  const began = performance.now();
  const findings = new Findings();
  const now = Date.now();
  // Pages are read in the order of an index; a planner that sorted would read all that is left for each of them.
  if (client.engine === "postgresql") await client.query("set enable_sort = off");
  // In this order: what anchors hold is in links by then, and what links hold is in rows.
  const anchored = await verifyAnchors(client, { since, kept, findings });
  const { links } = await verifyLinks(client, { since, anchored, findings });
  const hashedSince = await firstAnchorAt(client);
  const { rows } = await verifyDecisions(client, { since, now, hashedSince, findings });
  const { acts } = await verifyActs(client, { since, findings });

  const seconds = (performance.now() - began) / 1000;
  return {
    sound: findings.total === 0,
    first: findings.first[0] ?? null,
    findings: findings.first,
    total: findings.total,
    decisions: rows,
    acts,
    links,
    anchors: anchored.count,
    newestAnchor: anchored.newest,
    seconds: Math.round(seconds * 1000) / 1000,
    rowsPerSecond: Math.round((rows + acts) / seconds),
  };
}

/** From then on every decision has a row hash; before, an older version of this service may have written. */
async function firstAnchorAt(client: Session): Promise<number> {
  const { rows } = await client.query<{ at: Date | null }>("select min(at) as at from audit_anchors");
  return rows[0]?.at?.getTime() ?? Date.now();
}
