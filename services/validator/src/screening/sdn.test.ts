import { Readable } from "node:stream";

import { expect, it } from "vitest";

import { readSdn } from "./sdn.ts";

const NAMES = `36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r
2674,"ABBAS, Abu","individual","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 10 Dec 1948; says ""no""."\r
\u001A\r
`;
const ALIASES = `36,12,"aka","AERO-CARIBBEAN",-0- \r
99,13,"fka","OF ANOTHER DAY",-0- \r
`;

const read = (names: string, aliases?: string) =>
  readSdn(
    { file: "sdn.csv", content: Readable.from([Buffer.from(names)]) },
    aliases === undefined ? undefined : { file: "alt.csv", content: Readable.from([Buffer.from(aliases)]) },
  );

it("reads names and aliases, with the programs of their entry", async () => {
  expect(await read(NAMES, ALIASES)).toEqual([
    { entry: "36", name: "AEROCARIBBEAN AIRLINES", kind: "primary", programs: "CUBA", type: "entity" },
    { entry: "2674", name: "ABBAS, Abu", kind: "primary", programs: "SDGT", type: "individual" },
    { entry: "36", name: "AERO-CARIBBEAN", kind: "aka", programs: "CUBA", type: "entity" },
    { entry: "99", name: "OF ANOTHER DAY", kind: "fka", programs: "", type: "entity" },
  ]);
});

it.each([
  ["", undefined, "sdn.csv, line 1: there are no names"],
  [`${NAMES.slice(0, 60)}\n||||\n`, undefined, 'sdn.csv, line 2: "||||" is not the number of an entry'],
  ['1,"A"\n1,"B"\n', undefined, "sdn.csv, line 2: entry 1 is there twice"],
  ["1,-0- \n", undefined, "sdn.csv, line 1: the name is missing"],
  [`1,${"x".repeat(1001)}\n`, undefined, "sdn.csv, line 1: the name is longer than 1,000 characters"],
  ['1,"A\n', undefined, "is not CSV"],
  ['1,"A"\n', '1,2,"also","B"\n', 'alt.csv, line 1: "also" is not aka, fka or nka'],
])("refuses %j with file and line", async (names, aliases, message) => {
  await expect(read(names, aliases)).rejects.toThrow(message);
});
