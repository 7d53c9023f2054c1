import { randomUUID } from "node:crypto";
import fargate from "../../architectures/fargate/architecture.ts";

const ANSWER_WITHIN_MS = 10_000;

export interface Decision {
  readonly id: string;
  readonly outcome: string;
}

const PATH = "/v1/transactions";

/** The request that the architecture gives as its example, with the time of now and a message id of its own. */
export function exampleTransaction(): Record<string, unknown> {
  const { api } = fargate.services;
  const text = JSON.stringify(api?.kind === "web" && api.example?.body).replaceAll(
    "${NOW}",
    new Date().toISOString(),
  );
  return { ...(JSON.parse(text) as Record<string, unknown>), messageId: randomUUID().slice(0, 30) };
}

export async function postTransaction(endpoint: string): Promise<Decision> {
  const response = await fetch(new URL(PATH, endpoint), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(exampleTransaction()),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Decision;
}

/** Whether a decision can be read. */
export async function isKnown(endpoint: string, id: string): Promise<boolean> {
  const response = await fetch(new URL(`${PATH}/${id}`, endpoint), {
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const body = (await response.json()) as { id?: string };
  return response.status === 200 && body.id === id;
}

/** Clients that send one transaction after the other, and remember what they were told. */
export class Traffic {
  readonly #endpoint: string;
  readonly #acknowledged: string[] = [];
  readonly #failures: string[] = [];
  readonly #clients: Promise<void>[];
  #ended = false;
  #inFlight = 0;

  constructor(endpoint: string, clients = 2) {
    this.#endpoint = endpoint;
    this.#clients = Array.from({ length: clients }, () => this.#send());
  }

  /** The ids of what was answered with 200. */
  get acknowledged(): readonly string[] {
    return this.#acknowledged;
  }

  get failures(): readonly string[] {
    return this.#failures;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#clients);
  }

  async #send(): Promise<void> {
    while (!this.#ended) {
      this.#inFlight += 1;
      await postTransaction(this.#endpoint).then(
        ({ id }) => this.#acknowledged.push(id),
        (error: Error) =>
          this.#failures.push(`${new Date().toISOString()} ${error.message} ${String(error.cause ?? "")}`),
      );
      this.#inFlight -= 1;
      // A steady trickle, which leaves the machine's processors to the twin.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
