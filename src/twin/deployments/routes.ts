import { jsonBody } from "../control-api/body.ts";
import type { Route } from "../control-api/route.ts";
import { deploymentBody } from "./request.ts";

export const DEPLOYMENT_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/services/{service}/deployments",
    handle: async ({ twin, request, parameters }) => {
      const body = deploymentBody(await jsonBody(request));
      return {
        status: 202,
        body: { deployment: twin.deployments.begin(parameters["service"] as string, body) },
      };
    },
  },
];
