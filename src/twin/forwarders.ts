import { PlumblineError } from "#model/errors.ts";
import type { Address } from "./addresses.ts";
import type { EventLog } from "./event-log.ts";
import type { Answer, Request } from "./forwarder/messages.ts";
import { KeptProcess } from "./processes/kept-process.ts";
import type { Processes } from "./processes/processes.ts";

type Routes = Extract<Request, { kind: "routes" }>["routes"];

/** One zone's forwarder process, seen from the supervisor: it is told where its routes lead. */
export class ZoneForwarder {
  readonly zone: string;
  readonly #process: KeptProcess<Request, Answer>;
  readonly #routes = new Map<string, Routes[number]>();
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #nextId = 1;

  constructor(zone: string, tools: { processes: Processes; events: EventLog }) {
    this.zone = zone;
    this.#process = new KeptProcess(`forwarder-${zone}`, "twin/forwarder/main", tools, {
      onStart: () => void this.#tell().catch(() => {}),
      onMessage: (answer) => this.#heard(answer),
    });
  }

  start(): void {
    this.#process.start();
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  get hopeless(): Promise<never> {
    return this.#process.hopeless;
  }

  /** Opens a route, or changes where it leads; connections to the old place end. Returns when that is in force. */
  route(name: string, listen: Address, to: Address | null): Promise<void> {
    this.#routes.set(name, { name, listen, to });
    return this.#tell();
  }

  stop(deadlineMs: number): Promise<void> {
    return this.#process.stop(deadlineMs);
  }

  #tell(): Promise<void> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.set(id, { resolve, reject });
    this.#process.send({ id, kind: "routes", routes: [...this.#routes.values()] });
    return promise;
  }

  #heard(answer: Answer): void {
    // Each message says all routes: the answer to one settles those before it that a killed forwarder never answered.
    const settled = [...this.#waiting].filter(([id]) => id <= answer.id);
    for (const [id, waiting] of settled) {
      this.#waiting.delete(id);
      if (answer.kind === "failed") waiting.reject(this.#failure(answer));
      else waiting.resolve();
    }
  }

  #failure({ code, message }: Extract<Answer, { kind: "failed" }>): PlumblineError {
    const remedy =
      "End what listens there; it may be left from a twin that was killed: `plumbline down` ends it.";
    return new PlumblineError(code, `The forwarder of ${this.zone}: ${message}`, remedy);
  }
}
