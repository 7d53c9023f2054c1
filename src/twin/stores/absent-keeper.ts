import { variableName } from "../service-environment.ts";
import type { StoreStatus } from "../status.ts";
import type { TwinContext } from "../twin-context.ts";
import type { StoreKeeper } from "./store-keeper.ts";

/**
 * A store that nothing here stands in for: the twin runs without it, and says so. Services get no address of it, unless
 * the user names one in PLUMBLINE_<STORE>_URL; what answers there is the user's own affair.
 */
export class AbsentKeeper implements StoreKeeper {
  readonly name: string;
  readonly isSettled = true;
  readonly hopeless = new Promise<never>(() => {});
  readonly nodes = [];
  readonly primary = null;
  readonly credentials = null;
  readonly backups = null;
  readonly #kind: "documentdb";
  readonly #context: TwinContext;
  readonly #url: string | null;
  #started = false;

  constructor(name: string, kind: "documentdb", context: TwinContext) {
    this.name = name;
    this.#kind = kind;
    this.#context = context;
    this.#url = namedUrl(name);
  }

  get program(): string {
    return this.#url === null ? "nothing" : `what ${variableOf(this.name)} names`;
  }

  async start(): Promise<void> {
    this.#started = true;
    if (this.#url !== null) return;
    const message = `nothing here stands in for ${this.#kind}: services get no address of it; name one of your own in ${variableOf(this.name)}`;
    this.#context.events.record("warning", this.name, message);
  }

  onChange(): void {}

  urls(): { writer: string; reader: string } | null {
    return this.#url === null ? null : { writer: this.#url, reader: this.#url };
  }

  status(): StoreStatus | null {
    if (!this.#started) return null;
    const at = this.#url === null ? "" : placeOf(this.#url);
    return {
      name: this.name,
      kind: this.#kind,
      program: this.program,
      replication: "none",
      protected: false,
      nodes: [],
      writer: at,
      reader: at,
    };
  }

  async renew(): Promise<void> {}

  async stop(): Promise<void> {}
}

function variableOf(store: string): string {
  return `PLUMBLINE_${variableName(store)}_URL`;
}

/** The address that the user names for a store; null where none is named. */
function namedUrl(store: string, environment = process.env): string | null {
  return environment[variableOf(store)] || null;
}

/** Without who logs in. A list of hosts, as MongoDB's addresses may have, is no URL of the standard. */
function placeOf(url: string): string {
  return /^\w[\w+.-]*:\/\/(?:[^@/]*@)?([^/?]*)/.exec(url)?.[1] ?? "";
}
