import { infracost, OFFERS, type Price, price, recalled, type Source } from "./price.ts";
import { percentBelowOnDemand, SPOT_ADVISOR } from "./spot.ts";

const REGION = "us-east-1";

/** Dollars an hour for Linux on demand, by family and size. */
const INSTANCES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  t3: {
    nano: 0.0052,
    micro: 0.0104,
    small: 0.0208,
    medium: 0.0416,
    large: 0.0832,
    xlarge: 0.1664,
    "2xlarge": 0.3328,
  },
  t3a: { micro: 0.0094, small: 0.0188, medium: 0.0376, large: 0.0752, xlarge: 0.1504, "2xlarge": 0.3008 },
  t4g: {
    nano: 0.0042,
    micro: 0.0084,
    small: 0.0168,
    medium: 0.0336,
    large: 0.0672,
    xlarge: 0.1344,
    "2xlarge": 0.2688,
  },
  m5: { large: 0.096, xlarge: 0.192, "2xlarge": 0.384, "4xlarge": 0.768 },
  m6i: { large: 0.096, xlarge: 0.192, "2xlarge": 0.384, "4xlarge": 0.768 },
  m7i: { large: 0.1008, xlarge: 0.2016, "2xlarge": 0.4032, "4xlarge": 0.8064 },
  c5: { large: 0.085, xlarge: 0.17, "2xlarge": 0.34, "4xlarge": 0.68 },
  c6i: { large: 0.085, xlarge: 0.17, "2xlarge": 0.34, "4xlarge": 0.68 },
  c7i: { large: 0.08925, xlarge: 0.1785, "2xlarge": 0.357, "4xlarge": 0.714 },
  r5: { large: 0.126, xlarge: 0.252, "2xlarge": 0.504, "4xlarge": 1.008 },
  r6i: { large: 0.126, xlarge: 0.252, "2xlarge": 0.504, "4xlarge": 1.008 },
  r7i: { large: 0.1323, xlarge: 0.2646, "2xlarge": 0.5292, "4xlarge": 1.0584 },
  m6g: { medium: 0.0385, large: 0.077, xlarge: 0.154, "2xlarge": 0.308, "4xlarge": 0.616 },
  m7g: { medium: 0.0408, large: 0.0816, xlarge: 0.1632, "2xlarge": 0.3264, "4xlarge": 0.6528 },
  m8g: { medium: 0.04488, large: 0.08976, xlarge: 0.17952, "2xlarge": 0.35904, "4xlarge": 0.71808 },
  c6g: { medium: 0.034, large: 0.068, xlarge: 0.136, "2xlarge": 0.272, "4xlarge": 0.544 },
  c7g: { medium: 0.0363, large: 0.0725, xlarge: 0.145, "2xlarge": 0.29, "4xlarge": 0.58 },
  c8g: { medium: 0.03988, large: 0.07976, xlarge: 0.15952, "2xlarge": 0.31904, "4xlarge": 0.63808 },
  r6g: { medium: 0.0504, large: 0.1008, xlarge: 0.2016, "2xlarge": 0.4032, "4xlarge": 0.8064 },
  r7g: { medium: 0.0536, large: 0.1071, xlarge: 0.2142, "2xlarge": 0.4284, "4xlarge": 0.8568 },
  r8g: { medium: 0.05891, large: 0.11782, xlarge: 0.23564, "2xlarge": 0.47128, "4xlarge": 0.94256 },
};

/** Karpenter's copy of AWS's price list, generated on that day. */
const KARPENTER: Source = {
  page: "https://github.com/aws/karpenter-provider-aws/blob/1d927085dd81a9df9301e613f371dac5b4d16bfe/pkg/providers/pricing/zz_generated.pricing_aws.go",
  asOf: "2026-07-20",
  basis: "price-list",
};

/** On demand, and on spot by what the advisor prints of it: no price of spot holds for longer than some hours. */
const machines: readonly Price[] = Object.entries(INSTANCES).flatMap(([family, sizes]) =>
  Object.entries(sizes).flatMap(([size, dollars]) => {
    const type = `${family}.${size}`;
    const below = percentBelowOnDemand(type);
    const onDemand = price(REGION, `ec2.${type}.hour`, "hour", dollars, KARPENTER);
    if (below === undefined) return [onDemand];
    const spot = price(REGION, `ec2.${type}.spot-hour`, "hour", dollars * (1 - below / 100), SPOT_ADVISOR);
    return [onDemand, spot];
  }),
);

/** The feed behind the prices of Fargate Spot on Fargate's page. They move slowly with supply and demand. */
const FARGATE_SPOT: Source = {
  page: "https://dftu77xade0tc.cloudfront.net/fargate-spot-prices.json",
  asOf: "2026-09-28",
  basis: "feed",
};
const ecs = infracost("ecs_service", "2025-07-07");
const eks = infracost("eks_cluster", "2025-07-07");

const hourly = (sku: string, unit: string, value: number, source: Source, prints?: Price["prints"]) =>
  price(REGION, sku, unit, value, source, prints);

export const COMPUTE_PRICES: readonly Price[] = [
  ...machines,
  hourly("fargate.x86_64.vcpu", "vCPU-hour", 0.04048, ecs, { dollars: 147.75, units: 5 * 730 }),
  hourly("fargate.x86_64.gb", "GB-hour", 0.004445, ecs, { dollars: 32.45, units: 10 * 730 }),
  hourly("fargate.arm64.vcpu", "vCPU-hour", 0.03238, OFFERS),
  hourly("fargate.arm64.gb", "GB-hour", 0.00356, OFFERS),
  hourly("fargate-spot.x86_64.vcpu", "vCPU-hour", 0.01288871, FARGATE_SPOT),
  hourly("fargate-spot.x86_64.gb", "GB-hour", 0.00141527, FARGATE_SPOT),
  hourly("fargate-spot.arm64.vcpu", "vCPU-hour", 0.01030969, FARGATE_SPOT),
  hourly("fargate-spot.arm64.gb", "GB-hour", 0.00113349, FARGATE_SPOT),
  hourly("eks.cluster", "hour", 0.1, eks, { dollars: 73, units: 730 }),
  hourly("eks.cluster-in-extended-support", "hour", 0.6, eks, { dollars: 438, units: 730 }),
  price(REGION, "ec2.cpu-credits.x86_64", "vCPU-hour", 0.05, infracost("eks_node_group", "2025-07-07"), {
    dollars: 105,
    units: 2100,
  }),
  price(REGION, "ec2.cpu-credits.arm64", "vCPU-hour", 0.04, recalled("ec2/pricing/on-demand/", "2025-06")),
  price(REGION, "ebs.gp3", "GB-month", 0.08, infracost("ebs_volume", "2024-07-01"), {
    dollars: 3.2,
    units: 40,
  }),
  price(REGION, "ebs.gp2", "GB-month", 0.1, infracost("ebs_volume", "2024-07-01"), { dollars: 1, units: 10 }),
  price(REGION, "ecr.storage", "GB-month", 0.1, infracost("ecr_repository", "2024-07-01")),
];
