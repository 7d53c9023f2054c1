// What people do for themselves: sign up, and change what they are proved by.
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";

import type { Access } from "../access/access.ts";
import { ROLES } from "../access/roles.ts";
import { problemResponses } from "../http/problems.ts";
import { refuseOtherMethods } from "../http/server.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { OwnAccount } from "./own-account.ts";
import * as schema from "./schema.ts";
import type { ProofRequest } from "./session-routes.ts";
import type { SignUp } from "./sign-up.ts";
import type { Proof } from "./proving.ts";

const tags = ["people"];
const refused = {
  400: "the password is none that is taken, or the code is not right",
  503: "Redis or the database is away, or too many sign in at once",
};

export interface OwnRoutesParts {
  access: Access;
  signUp: SignUp;
  own: OwnAccount;
  proofOf: (request: FastifyRequest, name: string, proof: ProofRequest) => Promise<Proof>;
  networkOf: (request: FastifyRequest) => string;
}

export function ownRoutes(
  app: FastifyTypeBox,
  { access, signUp, own, proofOf, networkOf }: OwnRoutesParts,
): void {
  app.post(
    "/v1/people/sign-up",
    {
      config: { access: "anyone" },
      compress: false,
      schema: {
        summary: "Take up an invitation: choose a password, and learn what the authenticator needs",
        tags,
        body: schema.SignUpBody,
        response: {
          200: schema.EnrolmentBody,
          ...problemResponses({ 404: "there is no such invitation", ...refused }),
        },
      },
    },
    ({ body: { invitation, password } }) => signUp.choose(invitation, password),
  );

  app.post(
    "/v1/people/sign-up/confirm",
    {
      config: { access: "anyone" },
      compress: false,
      schema: {
        summary: "End signing up with a first code of the authenticator",
        tags,
        body: schema.ConfirmBody,
        response: {
          200: schema.SignedUpBody,
          ...problemResponses({
            404: "there is no such invitation, or no password was chosen yet",
            429: "after too many wrong codes",
            ...refused,
          }),
        },
      },
    },
    (request) => signUp.confirm(request.body.invitation, request.body.code, networkOf(request)),
  );

  app.put(
    "/v1/people/me/password",
    {
      config: { access: ROLES },
      schema: {
        summary: "Change one's own password",
        description: "All sessions end.",
        tags,
        body: schema.NewPasswordBody,
        response: {
          204: Type.Null(),
          ...problemResponses({
            401: "password or code are not right, or the request does not say whose it is",
            429: "after too many attempts",
            ...refused,
          }),
        },
      },
    },
    async (request, reply) => {
      const proof = await proofOf(request, access.actorOf(request), request.body);
      await own.changePassword(proof, request.body.newPassword);
      return reply.code(204).send(null);
    },
  );

  app.post(
    "/v1/people/me/recovery-codes",
    {
      config: { access: ROLES },
      compress: false,
      schema: {
        summary: "Get new recovery codes in the place of those before",
        tags,
        body: schema.ProofBody,
        response: {
          200: schema.RecoveryCodesBody,
          ...problemResponses({
            401: "password or code are not right, or the request does not say whose it is",
            429: "after too many attempts",
            ...refused,
          }),
        },
      },
    },
    async (request) => {
      const proof = await proofOf(request, access.actorOf(request), request.body);
      return { recoveryCodes: await own.renewRecoveryCodes(proof) };
    },
  );

  refuseOtherMethods(app, "/v1/people/sign-up", ["POST"]);
  refuseOtherMethods(app, "/v1/people/sign-up/confirm", ["POST"]);
  refuseOtherMethods(app, "/v1/people/me/password", ["PUT"]);
  refuseOtherMethods(app, "/v1/people/me/recovery-codes", ["POST"]);
}
