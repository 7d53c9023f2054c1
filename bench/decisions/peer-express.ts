// Express with json-rules-engine and an insert for each request; told by its environment.
import express from "express";
import { createPeerDecisions } from "./peer-decisions.ts";

const decide = createPeerDecisions("json-rules-engine", process.env["DATABASE_URL"]!);
const app = express();
app.use(express.json());
app.post("/v1/transactions", async (request, response) => {
  response.json(await decide(request.body, request.get("idempotency-key")));
});
app.listen(Number(process.env["PORT"]), "127.0.0.1");
