import { expect, test } from "vitest";

import { addressOf, networkOf } from "./addresses.ts";

const from = (forwarded: string | undefined, hops: number) =>
  addressOf(
    {
      headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
      socket: { remoteAddress: "10.0.0.9" } as never,
    },
    hops,
  );

test("what stands before the addresses that proxies have added is not believed", () => {
  expect(from("1.1.1.1", 0)).toBe("10.0.0.9");
  expect(from("1.1.1.1, 2.2.2.2", 1)).toBe("2.2.2.2");
  expect(from("1.1.1.1, 2.2.2.2, 3.3.3.3", 2)).toBe("2.2.2.2");
  expect(from("3.3.3.3", 2), "fewer proxies than there should be").toBe("10.0.0.9");
  expect(from(undefined, 1)).toBe("10.0.0.9");
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:DB8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["not an address", "not an address"],
])("attempts from %s count for %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
