import * as z from "zod";
import { PlumblineError } from "#model/errors.ts";

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;

/** `latest`, or a time with its offset (RFC 3339). */
export const RestoreTime = z
  .string()
  .refine((text) => text === "latest" || (TIME.test(text) && !Number.isNaN(Date.parse(text))), {
    message: 'a time is expected, like "2026-11-21T16:30:00Z", or "latest"',
  });

/** What `POST /v1/backups` takes: of one store, or of all that have backups. */
const BackupRequest = z.strictObject({ store: z.string().min(1).optional() });
export type BackupRequest = z.output<typeof BackupRequest>;

/** What `POST /v1/backups/hold` takes: for so long nothing is begun in the background. */
const HoldRequest = z.strictObject({ forMs: z.number().nonnegative().max(3_600_000) });

const OneStore = z.strictObject({
  store: z.string().min(1),
  to: RestoreTime.default("latest"),
  /** The region whose bucket it is restored from; the architecture's own unless given. */
  region: z.string().min(1).optional(),
  /** The name of the new store, or an absolute path for its folder. */
  as: z.string().min(1).optional(),
  /** Let the twin's store itself go on from there. */
  replace: z.boolean().default(false),
});
const WholeRegion = z.strictObject({ region: z.string().min(1) });

/** What `POST /v1/restores` takes: one store, or everything that a region has. */
const RestoreRequest = z.union([OneStore, WholeRegion]);
export type StoreRestoreRequest = z.output<typeof OneStore>;
export type RestoreRequest = z.output<typeof RestoreRequest>;
/** The same as it is sent, where what has a default may be left out. */
export type RestoreBody = z.input<typeof OneStore> | z.input<typeof WholeRegion>;

/** @throws PlumblineError BODY_UNREADABLE */
export function backupRequest(body: unknown): BackupRequest {
  return parsed(BackupRequest, body);
}

/** @throws PlumblineError BODY_UNREADABLE */
export function holdRequest(body: unknown): z.output<typeof HoldRequest> {
  return parsed(HoldRequest, body);
}

/** @throws PlumblineError BODY_UNREADABLE */
export function restoreRequest(body: unknown): RestoreRequest {
  const isWhole = typeof body === "object" && body !== null && !("store" in body);
  return parsed<RestoreRequest>(isWhole ? WholeRegion : OneStore, body);
}

function parsed<Request>(schema: z.ZodType<Request>, body: unknown): Request {
  const { data, error } = schema.safeParse(body);
  if (data !== undefined) return data;
  const problems = error?.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`) ?? [];
  throw new PlumblineError(
    "BODY_UNREADABLE",
    `The body is not understood: ${problems.join("; ")}.`,
    "Mend what is named.",
  );
}
