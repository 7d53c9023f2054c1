import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains, parseCidr, type Network4 } from "#model/quantities/cidr.ts";
import { resolve } from "#model/resolve.ts";
import { small, smallWith } from "#model/testing/small.ts";
import { AddressBook, loopback } from "./addresses.ts";

const architecture = resolve(small, "production");

describe("on Linux", () => {
  it("gives the last two numbers of an address of the zone's subnet, after those that AWS keeps", async () => {
    const book = new AddressBook(architecture, 7);
    expect(await book.acquire("private", 0, 8000)).toEqual({ host: "127.7.11.4", port: 8000 });
    expect(await book.acquire("private", 0, 8000)).toEqual({ host: "127.7.11.5", port: 8000 });
    expect(await book.acquire("private", 1, 8000)).toEqual({ host: "127.7.12.4", port: 8000 });
    expect(await book.acquire("database", 1, 5432)).toEqual({ host: "127.7.22.4", port: 5432 });
  });

  it("does not give an address again at once that was just given back", async () => {
    const book = new AddressBook(architecture, 7);
    const first = await book.acquire("private", 0, 8000);
    book.release(first);
    expect((await book.acquire("private", 0, 8000)).host).toBe("127.7.11.5");
  });

  it("gives every address of a subnet once, then those that were given back, then says that it is full", async () => {
    const tiny = smallWith({
      network: { subnets: { private: ["10.0.11.0/28", "10.0.12.0/28"] } },
      services: { api: { replicas: { min: 1, desired: 1, max: 1 } } },
    });
    const book = new AddressBook(resolve(tiny, "production"), 1);
    const hosts = new Set<string>();
    for (let each = 0; each < 11; each++) hosts.add((await book.acquire("private", 0, 80)).host);
    expect(hosts.size).toBe(11);
    expect([...hosts].at(-1)).toBe("127.1.11.14");
    await expect(book.acquire("private", 0, 80)).rejects.toMatchObject({ code: "SUBNET_FULL" });
    book.release({ host: "127.1.11.9", port: 80 });
    expect((await book.acquire("private", 0, 80)).host).toBe("127.1.11.9");
  });

  it("stays in 127.T.0.0/16 whatever the address", () => {
    fc.assert(
      fc.property(fc.nat(0xff_ff_ff_ff), fc.integer({ min: 1, max: 254 }), (address, twin) => {
        const outer = parseCidr(`127.${twin}.0.0/16`) as Network4;
        expect(contains(outer, parseCidr(`${loopback(address, twin)}/32`) as Network4)).toBe(true);
      }),
    );
  });
});

it("elsewhere tells parts on 127.0.0.1 apart by port", async () => {
  const book = new AddressBook(architecture, null);
  const [one, other] = [await book.acquire("private", 0, 8000), await book.acquire("private", 0, 8000)];
  expect([one.host, other.host]).toEqual(["127.0.0.1", "127.0.0.1"]);
  expect(one.port).toBeGreaterThan(1023);
});
