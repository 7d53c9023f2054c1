import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import type { Dated } from "#aws/facts.ts";
import { SERVICE_LEVELS, type ServiceLevel } from "#aws/service-levels.ts";
import { type Check, type Found, judged, referencesTo } from "../finding.ts";
import { type Database, databases, hasFailover, usersOf } from "../parts.ts";
import { list, rounded } from "../words.ts";

type Slo = ResolvedArchitecture["observability"]["slos"][number];

interface Link {
  readonly name: string;
  readonly percent: number;
  readonly fact: Dated<ServiceLevel>;
}

/** Whether a service-level objective can be measured, and whether what it is built on is promised to be there as much. */
export const serviceObjectives: Check = (architecture) =>
  architecture.observability.slos.flatMap((slo, index) => {
    const part = `observability.slos.${index}`;
    return slo.indicator === "latency"
      ? [threshold(slo, part)]
      : [availability(architecture, slo, `${part}.objective`)];
  });

function threshold({ name, within }: Slo, part: string): Finding {
  const found: Found = {
    check: "slo-threshold",
    part: `${part}.within`,
    says:
      within === undefined
        ? `The objective ${name} counts requests that are fast enough, and says no time: none can be counted.`
        : `The objective ${name} says which requests are fast enough.`,
  };
  return judged(within !== undefined, found, `Give ${part}.within a time.`);
}

/** What a request needs all of is there for the product of their shares. */
function availability(architecture: ResolvedArchitecture, slo: Slo, part: string): Finding {
  const links = linksOf(architecture, slo.service);
  const product = links.reduce((share, { percent }) => (share * percent) / 100, 100);
  const figure = Math.floor(product * 1000) / 1000;
  const found: Found = {
    check: "slo-dependencies",
    part,
    figure,
    limit: slo.objective,
    unit: "percent",
    says: `${slo.name} promises ${slo.objective} % of requests to ${slo.service}. A request needs ${list(links.map(({ name, percent }) => `${name} (${percent} %)`))}, of which AWS answers for ${figure} % together${figure >= slo.objective ? "" : `: ${rounded(((100 - figure) / 100) * 30 * 24 * 60)} minutes a month may be missing before AWS owes anything`}.`,
    references: referencesTo(...links.map(({ fact }) => fact)),
  };
  return judged(
    figure >= slo.objective,
    found,
    `Promise ${Math.floor(figure * 10) / 10} %, or measure more first.`,
    {
      [part]: Math.floor(figure * 10) / 10,
    },
  );
}

function linksOf(architecture: ResolvedArchitecture, service: string): Link[] {
  const inZones = architecture.network.zones > 1;
  const used = databases(architecture).filter(
    ([name, { hosting }]) =>
      hosting === "managed" && usersOf(architecture, name).some(([user]) => user === service),
  );
  return [
    link("the load balancer", SERVICE_LEVELS["load balancer"], inZones),
    link("machines", SERVICE_LEVELS.compute, inZones),
    ...used.map(([name, store]) => link(name, levelOf(store), hasFailover(architecture, store))),
  ];
}

function link(name: string, fact: Dated<ServiceLevel>, inZones: boolean): Link {
  return { name, percent: inZones ? fact.value.severalZones : fact.value.oneZone, fact };
}

function levelOf(store: Database): Dated<ServiceLevel> {
  if (store.kind === "documentdb") return SERVICE_LEVELS.DocumentDB;
  return SERVICE_LEVELS[store.kind === "postgresql" && store.engine === "aurora" ? "Aurora" : "RDS"];
}
