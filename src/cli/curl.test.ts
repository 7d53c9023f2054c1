import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { curl } from "./curl.ts";

it("names the authority over TLS alone", () => {
  expect(curl("http://127.0.0.1:8080/", "/ca.pem", "-i")).toBe("curl -i http://127.0.0.1:8080/");
  expect(curl("https://127.0.0.1:8443/", "/a/ca.pem")).toBe(
    "curl --cacert /a/ca.pem https://127.0.0.1:8443/",
  );
});

it("names a path with any characters as one word", () => {
  const path = `/home/o'neil/my $HOME/ca.pem`;
  const words = curl("https://localhost/", path).replace("curl", `printf '%s\\n'`);
  expect(execFileSync("sh", ["-c", words], { encoding: "utf8" })).toBe(
    `--cacert\n${path}\nhttps://localhost/\n`,
  );
});
