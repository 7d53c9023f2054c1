const scaling = [
  { kind: "target-tracking", metric: "cpu", target: 70, cooldown: { out: "0s", in: "300s" } },
  { kind: "target-tracking", metric: "memory", target: 80, cooldown: { out: "0s", in: "300s" } },
] as const;

/** From the load balancer inwards: front end, gateway, backend. No limits: each pod is guaranteed what it asks for. */
export const services = {
  frontend: {
    kind: "web",
    description: "The React application's files, and the way to the gateway for its calls.",
    command: ["node", "services/web/src/main.ts"],
    image: { repository: "web" },
    port: 8080,
    targetHealth: { path: "/healthz" },
    probes: { liveness: { path: "/healthz" }, readiness: { path: "/healthz" } },
    size: { cpu: "100m", memory: "128MiB" },
    replicas: { min: 3, desired: 3, max: 10 },
    scaling,
    spread: "zones",
    disruption: { minAvailable: 2 },
    example: {
      method: "POST",
      path: "/v1/transactions",
      body: {
        messageId: "MSG-${NUMBER}",
        endToEndId: "INVOICE-4711",
        creationDateTime: "${NOW}",
        instructedAmount: { value: "12500", currency: "EUR" },
        debtor: { name: "Erika Mustermann", account: { iban: "DE89370400440532013000" }, country: "DE" },
        creditor: { name: "Jean Exemple", account: { iban: "FR1420041010050500013M02606" }, country: "FR" },
      },
      written: { store: "database", table: "decisions", column: "transaction" },
    },
    uses: ["gateway"],
    runAsNonRoot: true,
  },

  gateway: {
    kind: "web",
    description: "Rate limiting, authentication and routing.",
    command: ["node", "services/gateway/src/main.ts"],
    image: { repository: "gateway" },
    port: 3000,
    targetHealth: { path: "/healthz" },
    probes: { liveness: { path: "/healthz" }, readiness: { path: "/readyz" } },
    size: { cpu: "250m", memory: "256MiB" },
    replicas: { min: 2, desired: 2, max: 15 },
    scaling,
    spread: "zones",
    disruption: { minAvailable: 1 },
    uses: ["backend", "cache"],
    env: {
      // People's tokens are the backend's: it publishes what they are verified by, and decides what needs one.
      JWKS_SERVICE: "backend",
      JWT_ISSUER: "urn:validator:people",
      JWT_AUDIENCE: "validator",
      AUTHENTICATION: "optional",
      // The load balancer and the front end, each of which adds to X-Forwarded-For whom it has a request from.
      TRUSTED_PROXIES: "2",
    },
    runAsNonRoot: true,
  },

  backend: {
    kind: "web",
    description: "The business logic, and all access to the database.",
    command: ["node", "services/validator/src/main.ts"],
    image: { repository: "validator" },
    port: 8000,
    targetHealth: { path: "/healthz" },
    probes: {
      liveness: { path: "/healthz" },
      readiness: { path: "/readyz" },
      startup: { path: "/healthz", interval: "5s", failures: 12 },
    },
    size: { cpu: "250m", memory: "256MiB" },
    replicas: { min: 3, desired: 3, max: 20 },
    scaling,
    spread: "zones",
    disruption: { minAvailable: 2 },
    env: {
      // The gateway keeps connections: while a pod drains, each answer asks it to come by another one.
      DRAIN_DELAY_MS: "2000",
      // Load balancer, front end and gateway: people's attempts to sign in are counted by their own addresses.
      PROXY_HOPS: "3",
    },
    uses: ["database", "cache", "uploads"],
    secrets: ["database-credentials", "people-secret"],
    runAsNonRoot: true,
  },

  migrate: {
    kind: "job",
    command: ["node", "services/validator/src/migrate.ts"],
    image: { repository: "validator" },
    size: { cpu: "250m", memory: "256MiB" },
    before: ["backend"],
    uses: ["database"],
    secrets: ["database-credentials"],
  },
} as const;
