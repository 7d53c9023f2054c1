// What tests of people share.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import type { InjectOptions } from "fastify";
import type { JSONWebKeySet } from "jose";

import type { App } from "../src/app.ts";
import { codeOf, stepAt } from "../src/people/totp.ts";
import { ask, type Answer } from "./ask.ts";

export const PASSWORD = "correct horse battery staple";

/** A clock that tests move: an authenticator's code counts once, so the next one takes the next half minute. */
export interface Clock {
  now: number;
}

/** Somebody who can sign in. */
export interface Member {
  readonly name: string;
  readonly secret: Buffer;
  readonly recoveryCodes: string[];
}

export function call(
  app: App,
  method: NonNullable<InjectOptions["method"]>,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const content = body === undefined ? {} : { payload: JSON.stringify(body) };
  return ask(app, { method, url, headers: { ...type, ...headers }, ...content });
}

export const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` });

/** Takes up an invitation. */
export async function signUp(
  app: App,
  clock: Clock,
  invitation: unknown,
  password = PASSWORD,
): Promise<Member> {
  const chosen = await call(app, "POST", "/v1/people/sign-up", { invitation, password });
  if (chosen.status !== 200) throw new Error(`no sign-up: ${JSON.stringify(chosen.body)}`);
  const secret = fromBase32(chosen.body["secret"] as string);
  const code = codeOf(secret, stepAt(clock.now));
  const confirmed = await call(app, "POST", "/v1/people/sign-up/confirm", { invitation, code });
  if (confirmed.status !== 200) throw new Error(`not confirmed: ${JSON.stringify(confirmed.body)}`);
  const { name, recoveryCodes } = confirmed.body as unknown as Member;
  return { name, secret, recoveryCodes };
}

/** Half a minute later, so that the code is a new one. */
export function signIn(
  app: App,
  clock: Clock,
  { name, secret }: Member,
  headers: Record<string, string> = {},
): Promise<Answer> {
  clock.now += 30_000;
  const code = codeOf(secret, stepAt(clock.now));
  return call(app, "POST", "/v1/sessions", { name, password: PASSWORD, code }, headers);
}

export const refresh = (app: App, refreshToken: unknown) =>
  call(app, "POST", "/v1/sessions/refresh", { refreshToken });

/** The keys that a replica tells others to verify by. */
export async function publishedBy(app: App): Promise<JSONWebKeySet> {
  return (await call(app, "GET", "/.well-known/jwks.json")).body as unknown as JSONWebKeySet;
}

const program = join(import.meta.dirname, "..", "src", "create-person.ts");

/** What the command prints; rejects where it fails. */
export async function invitationByCommand(url: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, DATABASE_URL: url };
  return (await promisify(execFile)(process.execPath, [program, ...args], { env })).stdout.trim();
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => {
    const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter);
    return value.toString(2).padStart(5, "0");
  });
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
