// Somebody who reads server-sent events, as the specification says.
import type { Envelope } from "./receiver.ts";

export interface Message {
  readonly id: string;
  readonly event: string;
  readonly envelope: Envelope;
}

export interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly messages: Message[];
  /** `id` of the last block, whether it was a message or not. */
  readonly lastId: string;
  /** Milliseconds after which to come back, once it was told. */
  readonly retry: number | undefined;
  readonly isOver: boolean;
  /** Why it broke off; undefined where it ended in order. */
  readonly error: Error | undefined;
  end(): void;
}

export async function hear(url: string, headers: Record<string, string>): Promise<Heard> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const state = {
    messages: [] as Message[],
    lastId: "",
    retry: undefined as number | undefined,
    isOver: false,
    error: undefined as Error | undefined,
  };

  function take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split("\n")) {
      if (line.startsWith(":")) continue;
      const [name = "", ...rest] = line.split(":");
      fields.set(name, rest.join(":").replace(/^ /, ""));
    }
    state.lastId = fields.get("id") ?? state.lastId;
    if (fields.has("retry")) state.retry = Number(fields.get("retry"));
    const data = fields.get("data");
    if (data !== undefined) {
      const envelope = JSON.parse(data) as Envelope;
      state.messages.push({ id: state.lastId, event: fields.get("event") ?? "message", envelope });
    }
  }

  async function read(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) take(block);
    }
  }

  if (response.status === 200)
    void read()
      .catch((error: Error) => (state.error = error))
      .finally(() => (state.isOver = true));
  return Object.assign(state, {
    status: response.status,
    headers: response.headers,
    end: () => abort.abort(),
  });
}
