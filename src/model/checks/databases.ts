import * as z from "zod";
import { entriesOf, isRecord } from "../data.ts";
import { Network } from "../network.ts";
import { formatPath, type Problem } from "../problems.ts";
import { BlockStorage } from "../stores/parts.ts";
import { type Check, slice } from "./check.ts";

const Placed = { kind: z.string(), subnets: z.enum(["private", "database"]).default("database") };

/** What a store must be so that it can be made, and is reached by nobody but services. */
export const checkDatabases: Check = (architecture) => {
  const network = architecture["network"];
  const zones = slice({ zones: Network.shape.zones }, network)?.zones;
  const hasDatabaseTier =
    isRecord(network) && isRecord(network["subnets"]) && network["subnets"]["database"] !== undefined;
  return entriesOf(architecture["stores"]).flatMap(([name, store]) => {
    const at = (field: string) => formatPath(["stores", name, field]);
    if (!isRecord(store)) return [];
    const problems: Problem[] = [];
    if (store["publicAccess"] === true) problems.push(publicStore(at("publicAccess"), name));
    const placed = slice(Placed, store);
    if (placed && placed.kind !== "bucket" && placed.subnets === "database" && !hasDatabaseTier) {
      problems.push(noDatabaseSubnets(at("subnets"), name));
    }
    if (store["multiZone"] === true && zones === 1) problems.push(oneZone(at("multiZone"), name));
    const storage = slice({ storage: BlockStorage }, store)?.storage;
    if (storage?.max !== undefined && storage.max < storage.size) problems.push(shrinking(at("storage.max")));
    if (store["kind"] === "redis") problems.push(...hostingFits(store, at));
    return problems;
  });
};

function publicStore(path: string, name: string): Problem {
  return {
    code: "STORE_PUBLIC",
    path,
    message: `the store "${name}" would be open to the internet`,
    remedy: "Remove publicAccess, and reach the store through a service; administrators come by network.vpn.",
  };
}

function noDatabaseSubnets(path: string, name: string): Problem {
  return {
    code: "TIER_MISSING",
    path,
    message: `the store "${name}" is in the database subnets, and the network has none`,
    remedy: 'Add network.subnets.database, or write subnets: "private" for the store.',
  };
}

function oneZone(path: string, name: string): Problem {
  return {
    code: "STANDBY_WITHOUT_ZONE",
    path,
    message: `the store "${name}" wants a standby in a second zone, and the network has one zone`,
    remedy: "Raise network.zones to 2, or remove multiZone.",
  };
}

function shrinking(path: string): Problem {
  return {
    code: "BOUNDS_REVERSED",
    path,
    message: "storage cannot grow to less than its size",
    remedy: "Raise storage.max.",
  };
}

function hostingFits(store: Readonly<Record<string, unknown>>, at: (field: string) => string): Problem[] {
  const inPods = store["hosting"] === "pods";
  const [wanted, foreign] = inPods ? ["size", "instance"] : ["instance", "size"];
  const hosting = inPods ? "in pods" : "managed";
  const problems: Problem[] = [];
  if (store[wanted] === undefined) {
    const message = `Redis ${hosting} needs its ${wanted}`;
    problems.push({ code: "FIELD_MISSING", path: at(wanted), message, remedy: `Add ${wanted}.` });
  }
  if (store[foreign] !== undefined) {
    const message = `Redis ${hosting} has no ${foreign}`;
    problems.push({
      code: "FIELDS_EXCLUDE",
      path: at(foreign),
      message,
      remedy: `Remove ${foreign}, or change hosting.`,
    });
  }
  return problems;
}
