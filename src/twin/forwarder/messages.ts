export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One relay: what connects to `listen` reaches one of `to`. */
export interface Route {
  readonly name: string;
  readonly listen: Address;
  /** Where connections go, in turn; while there is nowhere to go, each is closed at once. */
  readonly to: readonly Way[];
}

/** One of the places that a route leads to. */
export interface Way {
  readonly address: Address;
  readonly fault: Fault | null;
  /** It gets no new connections, and keeps those that it has. */
  readonly drains?: boolean;
}

/**
 * What is broken on purpose. `drop` is a network partition: connections stay open and nothing passes, until healing
 * lets it go on. `reset` ends connections and refuses new ones. A delay holds for each direction, and keeps the order.
 */
export type Fault =
  | { readonly cut: "drop" | "reset" }
  | { readonly delayMs: number; readonly jitterMs?: number };

/** What the supervisor sends. Each is answered, in order, with the same `id`. */
export type Request = { readonly id: number } & (
  | {
      /**
       * All the routes that there shall be, with the faults on them. What does not change is left alone, its connections
       * included.
       */
      readonly kind: "routes";
      readonly routes: readonly Route[];
    }
  | { readonly kind: "counters" }
);

/** What the forwarder answers. */
export type Answer = { readonly id: number } & (
  | { readonly kind: "listening"; readonly routes: readonly string[] }
  | { readonly kind: "counters"; readonly routes: Readonly<Record<string, Counters>> }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
);

export interface Counters {
  /** Connections that were accepted, ever. */
  accepted: number;
  /** Connections that are open now. */
  open: number;
  /** Connections closed at once: nothing to go to, or a cut that resets. */
  refused: number;
  /** Connections whose target did not answer. */
  failed: number;
  /** Bytes from clients to the target, and back. */
  bytesTo: number;
  bytesFrom: number;
}
