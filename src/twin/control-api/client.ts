import { PlumblineError } from "#model/errors.ts";
import type { SupervisorRecord } from "../state/supervisor-record.ts";
import type { PartEnvironment } from "../part-environment.ts";
import type { StoreConnection, TwinEvent, TwinStatus } from "../status.ts";

/** A supervisor answers from memory; one that takes this long hangs. */
const ANSWER_WITHIN_MS = 5_000;

/** Talks to a running twin's supervisor. */
export class ControlClient {
  readonly #record: SupervisorRecord;

  constructor(record: SupervisorRecord) {
    this.#record = record;
  }

  async status(): Promise<TwinStatus> {
    return (await (await this.#request("GET", "/v1/status")).json()) as TwinStatus;
  }

  /** What a service's, replica's or job's process is started with; null where there is no such part. */
  async environment(part: string): Promise<PartEnvironment | null> {
    const response = await this.#request("GET", `/v1/environments/${encodeURIComponent(part)}`, {
      allow: 404,
    });
    return response.ok ? ((await response.json()) as PartEnvironment) : null;
  }

  async connections(): Promise<readonly StoreConnection[]> {
    const { stores } = (await (await this.#request("GET", "/v1/stores")).json()) as {
      stores: readonly StoreConnection[];
    };
    return stores;
  }

  async stop(): Promise<void> {
    await (await this.#request("POST", "/v1/stop")).body?.cancel();
  }

  /** The twin's events, past ones first; ends when the supervisor does. */
  async *events(signal: AbortSignal = new AbortController().signal): AsyncGenerator<TwinEvent> {
    const response = await this.#request("GET", "/v1/events", { signal });
    let rest = "";
    const text = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(
      new TextDecoderStream(),
    );
    for await (const chunk of text) {
      const messages = (rest + chunk).split("\n\n");
      rest = messages.pop() ?? "";
      for (const message of messages) yield JSON.parse(message.slice("data: ".length)) as TwinEvent;
    }
  }

  async #request(
    method: string,
    path: string,
    {
      signal = AbortSignal.timeout(ANSWER_WITHIN_MS),
      allow,
    }: { readonly signal?: AbortSignal; readonly allow?: number } = {},
  ): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#record.token}` };
    let response: Response;
    try {
      response = await fetch(new URL(path, this.#record.control), { method, headers, signal });
    } catch (cause) {
      throw new PlumblineError(
        "SUPERVISOR_SILENT",
        `The supervisor of ${this.#record.name} (process ${this.#record.process.pid}) does not answer at ${this.#record.control}.`,
        `Run \`plumbline down ${this.#record.name}\`; it ends what is left.`,
        { cause },
      );
    }
    if (response.ok || response.status === allow) return response;
    throw new PlumblineError(
      "CONTROL_REFUSED",
      `The supervisor answered ${response.status} to ${method} ${path}.`,
      "Run the command again.",
    );
  }
}
