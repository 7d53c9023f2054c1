// Fastify with zen-engine and an insert for each request; told by its environment.
import { fastify } from "fastify";
import { createPeerDecisions } from "./peer-decisions.ts";
import type { Payment } from "./peer-facts.ts";

const decide = createPeerDecisions("zen-engine", process.env["DATABASE_URL"]!);
const text = { type: "string" };
// Without it Fastify would serialize answers by JSON.stringify.
const answer = {
  type: "object",
  properties: {
    id: text,
    outcome: text,
    reasons: { type: "array", items: text },
    receivedAt: text,
    decidedAt: text,
  },
};
const app = fastify();
app.post<{ Body: Payment }>("/v1/transactions", { schema: { response: { 200: answer } } }, (request) => {
  const key = request.headers["idempotency-key"];
  return decide(request.body, typeof key === "string" ? key : undefined);
});
await app.listen({ port: Number(process.env["PORT"]), host: "127.0.0.1" });
