import type { Route } from "../control-api/route.ts";

export const ROTATION_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/stores/{store}/rotations",
    handle: ({ twin, parameters }) => ({
      status: 202,
      body: { rotation: twin.rotations.begin(parameters["store"] as string) },
    }),
  },
];
