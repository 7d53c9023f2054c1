// What is done with uploads: each act stored and recorded in one change.
import { persist } from "../database/backoff.ts";
import { StoreUnavailable } from "../database/errors.ts";
import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { emit } from "../events/outbox.ts";
import { Problem } from "../http/problems.ts";
import type { MakeChange } from "../rule-sets/changes.ts";
import {
  cancelUpload,
  findByKey,
  findUpload,
  insertUpload,
  type NewUpload,
  type Upload,
} from "./repository.ts";

export interface UploadActs {
  /** Resolves once the upload is durable; `isReplay`: its key had been used with the same file before. */
  store(upload: Omit<NewUpload, "at">): Promise<{ upload: Upload; isReplay: boolean }>;
  /** One that was cancelled before is left as it is. */
  cancel(actor: string, id: string): Promise<Upload>;
}

const subjectOf = (id: string) => `uploads/${id}`;

export function createUploadActs(change: MakeChange, pool: Pool, deadline: number): UploadActs {
  function insert(wanted: Omit<NewUpload, "at">): Promise<Upload | undefined> {
    return change(wanted.uploadedBy, async ({ client, at, record }) => {
      // Repeated after an answer that was lost, it is there already, with its act.
      const found = await findUpload(client, wanted.id);
      if (found !== undefined) return found;
      const inserted = await insertUpload(client, { ...wanted, at });
      const { format, bytes, sha256 } = wanted;
      if (inserted !== undefined)
        await record("upload.received", subjectOf(wanted.id), { format, bytes, sha256 });
      return inserted;
    });
  }

  return {
    async store(wanted) {
      const upload = await persist(() => insert(wanted), {
        deadline,
        isFinal: (error) => !(error instanceof StoreUnavailable),
      });
      if (upload !== undefined) return { upload, isReplay: false };
      const other = await available(() => findByKey(pool, wanted.key as string));
      if (other?.sha256 === wanted.sha256) return { upload: other, isReplay: true };
      throw new Problem("idempotency_conflict", [
        { code: "idempotency_conflict", message: "was used with another file", pointer: "" },
      ]);
    },

    cancel: (actor, id) =>
      change(actor, async ({ client, record }) => {
        const cancelled = await cancelUpload(client, id);
        if (cancelled !== undefined) {
          await record("upload.cancelled", subjectOf(id), { done: cancelled.done });
          const detail = { upload: id, rows: cancelled.done, by: actor };
          await emit(client, "upload.cancelled", { subject: subjectOf(id) }, detail);
          return cancelled;
        }
        const ended = await findUpload(client, id);
        if (ended === undefined) throw new Problem("upload_not_found");
        if (ended.state !== "cancelled") throw new Problem("upload_ended");
        return ended;
      }),
  };
}
