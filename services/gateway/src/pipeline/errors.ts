import type { ErrorRequestHandler } from "express";

import type { Log } from "../../../proxy/src/log.ts";
import { Problem, sendProblem } from "../../../proxy/src/problems.ts";
import { contextOf } from "../context.ts";

/** Makes problem documents of what went wrong. */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const context = contextOf(request);
    const problem = error instanceof Problem ? error : new Problem("internal_error");
    if (problem.status >= 500) {
      const { traceId } = context?.span ?? {};
      const fields = {
        requestId: context?.id,
        route: context?.route?.path,
        code: problem.code,
        trace_id: traceId,
      };
      if (problem === error) log.warn(fields, "a request was not served");
      else log.error({ ...fields, err: error }, "a request failed");
    }
    sendProblem(response, problem.code, context?.id, problem.refusal);
  };
}
