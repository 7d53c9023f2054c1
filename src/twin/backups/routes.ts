import { jsonBody } from "../control-api/body.ts";
import type { Route } from "../control-api/route.ts";
import { backupRequest, holdRequest, restoreRequest } from "./requests.ts";

export const BACKUP_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/backups",
    handle: async ({ twin }) => ({ status: 200, body: await twin.backups.status() }),
  },
  {
    method: "POST",
    path: "/v1/backups",
    handle: async ({ twin, request }) => ({
      status: 201,
      body: { stores: await twin.backups.take(backupRequest(await jsonBody(request))) },
    }),
  },
  {
    method: "POST",
    path: "/v1/backups/hold",
    handle: async ({ twin, request }) => {
      const { forMs } = holdRequest(await jsonBody(request));
      twin.backups.hold(forMs);
      return { status: 200, body: { forMs } };
    },
  },
  {
    method: "POST",
    path: "/v1/restores",
    handle: async ({ twin, request }) => ({
      status: 201,
      body: await twin.backups.restore(restoreRequest(await jsonBody(request))),
    }),
  },
  {
    method: "DELETE",
    path: "/v1/restores/{name}",
    handle: async ({ twin, parameters }) => {
      const name = parameters["name"] as string;
      await twin.backups.drop(name);
      return { status: 200, body: { dropped: name } };
    },
  },
];
