// `node services/validator/src/verify-audit.ts` looks for altered, missing and inserted rows in DATABASE_URL's database.
// Exit code 0: none; 1: some; 2: it could not be told.
import { parseArgs } from "node:util";

import type { KeptAnchor } from "./audit/verify-anchors.ts";
import { verifyAudit, type AuditReport } from "./audit/verify.ts";
import { ConfigError, readConfig } from "./config.ts";
import { connect } from "./database/open.ts";
import { parseDateTime } from "./transactions/checks/date-time.ts";

const USAGE = `node services/validator/src/verify-audit.ts [options]

  --since TIME           begin at a time (RFC 3339); what is older is taken as it is
  --anchor NUMBER:HASH   an anchor that was kept elsewhere, such as one from the log; may be repeated
  --json                 print the report as JSON`;

class UsageError extends Error {}

function readArguments() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        since: { type: "string" },
        anchor: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const since = values.since === undefined ? undefined : parseDateTime(values.since);
  if (values.since !== undefined && since === undefined) {
    throw new UsageError("--since takes an RFC 3339 date-time, such as 2026-02-01T00:00:00Z");
  }
  return { since, kept: values.anchor.map(readAnchor), json: values.json, help: values.help };
}

function readAnchor(text: string): KeptAnchor {
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (number === undefined || hash === undefined) {
    throw new UsageError("--anchor takes a number and a hash, such as 42:9f86…, with 64 hexadecimal digits");
  }
  return { number: Number(number), hash: hash.toLowerCase() };
}

function describe(report: AuditReport): string {
  const { decisions, acts, links, anchors, seconds, rowsPerSecond, newestAnchor: newest } = report;
  const walked = `${decisions} decisions, ${acts} acts, ${links} links and ${anchors} anchors in ${seconds} s (${rowsPerSecond} rows/s)`;
  const found = report.findings.map(
    ({ table, id, time, what }) => `  ${table} ${id} (${time ?? "time unknown"}) ${what}`,
  );
  const more = report.total - found.length;
  return [
    report.sound ? `sound: ${walked}` : `NOT sound: ${report.total} findings; ${walked}`,
    ...found,
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(newest === null ? [] : [`newest anchor, to be kept elsewhere: ${newest.number}:${newest.hash}`]),
  ].join("\n");
}

try {
  const { since, kept, json, help } = readArguments();
  if (help) {
    process.stdout.write(`${USAGE}\n`);
  } else {
    const { writerUrl } = readConfig(process.env);
    const connection = await connect({
      url: writerUrl,
      name: "validator verify-audit",
      connectTimeout: 5000,
    });
    try {
      const report = await verifyAudit(connection, { since, kept });
      process.stdout.write(`${json ? JSON.stringify(report) : describe(report)}\n`);
      process.exitCode = report.sound ? 0 : 1;
    } finally {
      connection.release();
    }
  }
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  const expected = error instanceof ConfigError || error instanceof UsageError;
  const usage = error instanceof UsageError ? `\n\n${USAGE}` : "";
  process.stderr.write(
    `${expected ? message : `The audit trail could not be read: ${message || code}.`}${usage}\n`,
  );
  process.exitCode = 2;
}
