import { expect, it } from "vitest";
import { secretText } from "./secret-text.ts";

const URL_OF_STORE = "postgresql://app:s3cret-_@127.1.11.5:5432/orders";
const invent = () => "invented";

it("takes the credentials of a store from its URL, in the order in which they are held", () => {
  const holds = ["username", "password", "connection-string", "host", "port", "name"] as const;
  expect(secretText(holds, URL_OF_STORE, invent)).toBe(
    JSON.stringify({
      username: "app",
      password: "s3cret-_",
      "connection-string": URL_OF_STORE,
      host: "127.1.11.5",
      port: "5432",
      name: "orders",
    }),
  );
});

it("invents what no store has", () => {
  expect(secretText(["key"], URL_OF_STORE, invent)).toBe('{"key":"invented"}');
  expect(secretText(["username", "password"], undefined, invent)).toBe(
    '{"username":"invented","password":"invented"}',
  );
});

it("holds nothing else", () => {
  expect(secretText([], URL_OF_STORE, invent)).toBe("{}");
});
