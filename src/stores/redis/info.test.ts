import { expect, it } from "vitest";
import { parseReplication } from "./info.ts";

const lines = (...text: string[]) => ["# Replication", ...text, ""].join("\r\n");

it("reads what a primary says of its replicas", () => {
  const info = lines(
    "role:master",
    "connected_slaves:2",
    "slave0:ip=127.9.11.5,port=6379,state=online,offset=98,lag=0",
    "slave1:ip=127.9.12.5,port=6379,state=wait_bgsave,offset=0,lag=0",
    "master_repl_offset:112",
  );
  expect(parseReplication(info)).toEqual({
    role: "primary",
    offset: 112,
    follows: false,
    replicas: ["127.9.11.5:6379"],
  });
});

const replica = (link: string, syncing: string) =>
  parseReplication(
    lines(
      "role:slave",
      `master_link_status:${link}`,
      `master_sync_in_progress:${syncing}`,
      "slave_repl_offset:98",
    ),
  );

it("reads whether a replica has a whole copy", () => {
  expect(replica("up", "0")).toEqual({ role: "replica", offset: 98, follows: true, replicas: [] });
  expect(replica("down", "1")).toMatchObject({ follows: false });
  expect(replica("down", "0")).toMatchObject({ follows: false, offset: 98 });
});
