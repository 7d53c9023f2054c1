// What tests of the GraphQL API share: an app with a key of each role, and how it is asked.
import { expect } from "vitest";

import { appOn } from "../../../test/apps.ts";
import { startPostgres, type TestPostgres } from "../../../test/postgres.ts";
import { as } from "../../../test/rules.ts";
import { until } from "../../../test/until.ts";
import type { App } from "../../app.ts";
import { migrate } from "../../database/migrator.ts";

export const GRAPHQL = "application/graphql-response+json";

export interface Told {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: {
    // Answers are asked for what they are.
    // oxlint-disable-next-line typescript/no-explicit-any
    data?: any;
    errors?: { message: string; path?: string[]; extensions: { code: string } }[];
  };
}

export interface Client {
  readonly postgres: TestPostgres;
  readonly app: App;
  /** `Bearer ...` by role: submitter, viewer and administrator. */
  readonly bearer: Readonly<Record<string, string>>;
  /** As the administrator, unless another role is told; `nobody` has no key. Other headers go as they are. */
  send(body: unknown, headers?: Record<string, string>): Promise<Told>;
  query(text: string, variables?: object, headers?: Record<string, string>): Promise<Told>;
  stop(): Promise<void>;
}

export const codes = ({ body }: Told) => body.errors?.map(({ extensions }) => extensions.code);

/** `fill` gets an app in which everybody may do everything. */
export async function startClient(fill: (open: App) => Promise<void> = async () => {}): Promise<Client> {
  const postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  const bearer: Record<string, string> = {};
  const open = await appOn(postgres.url(), { AUTHENTICATION: "open" });
  try {
    for (const role of ["submitter", "viewer", "administrator"]) {
      const made = await as("root", open, "POST", "/v1/api-keys", { name: role, owner: role, roles: [role] });
      bearer[role] = `Bearer ${String(made.body["key"])}`;
    }
    await fill(open);
  } finally {
    await open.server.close();
  }
  const app = await appOn(postgres.url(), { AUTHENTICATION: "required" });

  async function send(
    body: unknown,
    { role = "administrator", ...more }: Record<string, string> = {},
  ): Promise<Told> {
    const authorization = bearer[role];
    const answer = await app.server.inject({
      method: "POST",
      url: "/v1/graphql",
      headers: {
        "content-type": "application/json",
        accept: GRAPHQL,
        ...(authorization !== undefined && { authorization }),
        ...more,
      },
      payload: typeof body === "string" ? body : JSON.stringify(body),
    });
    expect(answer.body, "no stack trace").not.toMatch(/\.ts:\d|node_modules| {4}at /);
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() as Told["body"] };
  }

  const client: Client = {
    postgres,
    app,
    bearer,
    send,
    query: (text, variables = {}, headers = {}) => send({ query: text, variables }, headers),
    async stop() {
      await app.server.close();
      await postgres.stop();
    },
  };
  // Keys are read by the way.
  await until(async () => (await client.query("{ __typename }")).status === 200, 10_000);
  return client;
}
