import { uploadBody } from "../../uploads/bodies.ts";
import type { UploadState } from "../../uploads/repository.ts";
import { UUID_KEY, uuidOf } from "../arguments.ts";
import { connectionOf } from "../connection.ts";
import { keyAfter } from "../cursors.ts";
import type { PageArguments, Resolvers } from "./types.ts";

export const uploadResolvers: Resolvers = {
  Query: {
    async upload(_: unknown, { id }: { id: string }, { sources }) {
      const known = uuidOf(id);
      const found = known && (await sources.upload(known));
      return found ? uploadBody(found) : null;
    },
    async uploads(
      _: unknown,
      { first, after, state }: PageArguments & { state?: UploadState | null },
      { sources },
    ) {
      const key = keyAfter("uploads", after, UUID_KEY);
      const page = { state: state ?? undefined, after: key, limit: first + 1 };
      return connectionOf(await sources.uploads(page), {
        list: "uploads",
        first,
        isBehind: key !== undefined,
        key: ({ id }) => id,
        node: uploadBody,
      });
    },
  },
};
