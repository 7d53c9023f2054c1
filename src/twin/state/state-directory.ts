import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";
import { storeAccount } from "#stores/account.ts";
import { chooseDataRoot, reachableBy } from "#stores/reach.ts";

/** Where everything of one twin is: what it is, what it runs, what it wrote, what it stores. */
export interface StateDirectory {
  readonly root: string;
  /** Who supervises it, where its control API is, and the token; mode 0600. */
  readonly supervisor: string;
  /** Every process that was started and not seen to end. */
  readonly journal: string;
  readonly lock: string;
  readonly secrets: string;
  /** Which version of a service was deployed last, where it is not the one that is declared. */
  readonly releases: string;
  /** The certificate of https listeners, with its key; mode 0600. */
  readonly certificate: string;
  readonly logs: string;
  /** One folder for each store's nodes. */
  readonly data: string;
  /** A bucket for each region, in which there are backups. */
  readonly backups: string;
  /** Stores that were restored beside others, as long as the twin runs; emptied by the next start. */
  readonly restored: string;
  /** What is needed for a moment only; emptied by the next start. */
  readonly scratch: string;
}

export function stateDirectory(root: string): StateDirectory {
  return {
    root,
    supervisor: join(root, "supervisor.json"),
    journal: join(root, "processes.json"),
    lock: join(root, "lock"),
    secrets: join(root, "secrets.json"),
    releases: join(root, "releases.json"),
    certificate: join(root, "certificate.json"),
    logs: join(root, "logs"),
    data: join(root, "data"),
    backups: join(root, "backups"),
    restored: join(root, "restored"),
    scratch: join(root, "scratch"),
  };
}

/** A twin's name is the name of its folder; it has room for the names of an architecture and an environment. */
export const TwinName = z
  .string()
  .max(65, "a name has at most 65 characters")
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "a name is lower-case letters, digits and single hyphens");

/** An environment of an architecture; `--name` gives a second twin of the same a name of its own. */
export function twinName(architecture: string, environment: string): string {
  return `${architecture}-${environment}`;
}

/**
 * The folder that holds a project's twins: `.plumbline` in the project. Where root works in a folder that others may
 * not enter, such as a clone under /root, databases could not reach their data there, as they refuse to run as root:
 * then it is a folder of the project's own elsewhere.
 */
export function twinsDirectory(project: string): string {
  const wanted = resolve(project, process.env["PLUMBLINE_STATE"] ?? ".plumbline");
  const account = storeAccount();
  return chooseDataRoot(wanted, {
    root: account !== undefined,
    reachable: (directory) => reachableBy(account, directory),
  });
}

/** The names of the twins that have state in a folder. */
export function twinsIn(twins: string): string[] {
  try {
    return readdirSync(twins, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}
