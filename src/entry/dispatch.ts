import { fixedAnswer, redirectLocation } from "./answers.ts";
import type { Client } from "./client.ts";
import type { WeightedForward } from "./configuration.ts";
import type { Exchange } from "./exchange.ts";
import type { Listener } from "./listener.ts";
import { Weights } from "./weights.ts";

/** Each action has its own turns; they begin anew when the rules are replaced. */
const turns = new WeakMap<WeightedForward, Weights>();

/**
 * Does with a request what the listener's rules say.
 * @param head what `client.toTarget` begins with. @param upgrades whether the target may switch protocols.
 */
export function dispatch(
  client: Client,
  listener: Listener,
  exchange: Exchange,
  head: string,
  upgrades: boolean,
): void {
  const { request, record } = client;
  const { action, priority } = listener.router.route(request.host, request.path);
  record.priority = priority;
  switch (action.kind) {
    case "forward":
      record.action = "forward";
      exchange.start(listener.group(action.group), head, upgrades);
      return;
    case "weighted-forward":
      record.action = "forward";
      forwardByWeight(client, listener, exchange, head, upgrades, action);
      return;
    case "fixed-response":
      record.action = "fixed-response";
      listener.totals.fixedResponses++;
      client.answer(fixedAnswer(action));
      return;
    case "redirect": {
      record.action = "redirect";
      listener.totals.redirects++;
      const { ownHost, secure } = client.origin;
      const from = {
        protocol: secure ? "https" : "http",
        host: request.host === "" ? ownHost : request.host,
        port: listener.address.port,
      };
      record.redirect = redirectLocation(action, from, request.target);
      client.answer({ status: action.status, fields: `Location: ${record.redirect}\r\n`, body: "" });
    }
  }
}

function forwardByWeight(
  client: Client,
  listener: Listener,
  exchange: Exchange,
  head: string,
  upgrades: boolean,
  action: WeightedForward,
): void {
  let weights = turns.get(action);
  if (weights === undefined) {
    weights = new Weights(action.groups);
    turns.set(action, weights);
  }
  const bound = listener.stickiness.boundGroup(action, client.request.text, Date.now());
  const name = bound ?? weights.next() ?? action.groups[0]!.group;
  exchange.start(listener.group(name), head, upgrades, action);
}
