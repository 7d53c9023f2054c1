import { jsonBody } from "../control-api/body.ts";
import type { Route } from "../control-api/route.ts";
import { faultRequest } from "./request.ts";

export const FAULT_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/faults",
    handle: async ({ twin, request }) => ({
      status: 201,
      body: await twin.faults.inject(faultRequest(await jsonBody(request))),
    }),
  },
  {
    method: "GET",
    path: "/v1/faults",
    handle: ({ twin }) => ({ status: 200, body: { faults: twin.faults.active } }),
  },
  {
    method: "DELETE",
    path: "/v1/faults",
    handle: async ({ twin }) => ({ status: 200, body: { healed: await twin.faults.healAll() } }),
  },
  {
    method: "DELETE",
    path: "/v1/faults/{id}",
    handle: async ({ twin, parameters }) => ({
      status: 200,
      body: { healed: await twin.faults.heal(parameters["id"] as string) },
    }),
  },
];
