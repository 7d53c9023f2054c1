import type { Answer, Counters, Request, Route } from "./messages.ts";
import { RunningRoute } from "./route.ts";

type Reply = Answer extends infer Each ? (Each extends Answer ? Omit<Each, "id"> : never) : never;

/** The relays of one zone, told what to do by the supervisor's messages. It decides nothing. */
export class Forwarder {
  readonly #routes = new Map<string, RunningRoute>();

  async handle(request: Request): Promise<Reply> {
    switch (request.kind) {
      case "routes":
        return this.#shape(request.routes);
      case "counters":
        return { kind: "counters", routes: this.#counters() };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#routes.values()].map((route) => route.close()));
    this.#routes.clear();
  }

  /** Brings the routes to what is wanted. One that cannot listen is said to have failed; the others stand. */
  async #shape(wanted: readonly Route[]): Promise<Reply> {
    // First what goes, because what comes may want its address.
    await this.#closeAllBut(wanted);
    const failures: Error[] = [];
    for (const route of wanted) {
      try {
        await this.#openOrPoint(route);
      } catch (error) {
        failures.push(error as Error);
      }
    }
    const [failure] = failures;
    return failure ? refusal(failure, failures) : { kind: "listening", routes: [...this.#routes.keys()] };
  }

  async #closeAllBut(wanted: readonly Route[]): Promise<void> {
    const going = [...this.#routes].filter(([name, { listen }]) => {
      const stays = wanted.find((route) => route.name === name);
      return stays?.listen.host !== listen.host || stays.listen.port !== listen.port;
    });
    for (const [name] of going) this.#routes.delete(name);
    await Promise.all(going.map(([, route]) => route.close()));
  }

  async #openOrPoint(route: Route): Promise<void> {
    const running = this.#routes.get(route.name);
    if (running) running.change(route);
    else this.#routes.set(route.name, await RunningRoute.open(route));
  }

  #counters(): Record<string, Counters> {
    return Object.fromEntries([...this.#routes].map(([name, route]) => [name, { ...route.counters }]));
  }
}

function refusal(first: NodeJS.ErrnoException, all: readonly Error[]): Reply {
  const code = first.code === "EADDRINUSE" ? "PORT_TAKEN" : "LISTEN_FAILED";
  return { kind: "failed", code, message: all.map(({ message }) => message).join("; ") };
}
