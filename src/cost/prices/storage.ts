import { catalog, infracost, offerFile, type Price, price, recalled } from "./price.ts";

const REGION = "us-east-1";
/** Where the reference architectures keep their copies; no architecture can be priced there as a whole. */
const COPIES = "us-west-2";

const s3 = infracost("s3_bucket", "2024-07-01");
/** Products Z3FQZG73HYSPVABR, D4PMUVH6F64HK2D6 and E77AQEM2DC4VV3FC, by thousands of requests. */
const s3Copies = offerFile("offers/v1.0/aws/AmazonS3/20260831092225/us-west-2/index.json", "2026-08-31");
/** Products PAHDKG6EF4XSHYXC and JZGHDWS5VTC87BRN. */
const backupCopies = offerFile("offers/v1.0/aws/AmazonRDS/current/us-west-2/index.json", "2026-08-18");
/** Product S8HBXBVJKWKDP9AS. */
const kmsCopies = offerFile("offers/v1.0/aws/awskms/20260831092318/index.json", "2026-08-31");

const stored = (sku: string, value: number, dollars: number, units: number) =>
  price(REGION, sku, "GB-month", value, s3, { dollars, units });
const requests = (sku: string, value: number, dollars: number, units: number) =>
  price(REGION, sku, "1,000 requests", value, s3, { dollars, units });

export const STORAGE_PRICES: readonly Price[] = [
  stored("s3.standard", 0.023, 230, 10_000),
  stored("s3.intelligent-tiering", 0.023, 460, 20_000),
  stored("s3.standard-ia", 0.0125, 375, 30_000),
  price(REGION, "s3.glacier-instant", "GB-month", 0.004, catalog("s3.gen")),
  stored("s3.glacier", 0.0036, 180, 50_000),
  stored("s3.deep-archive", 0.00099, 59.4, 60_000),
  requests("s3.put", 0.005, 0.05, 10),
  requests("s3.get", 0.0004, 0.0004, 1),

  price(COPIES, "s3.standard", "GB-month", 0.023, s3Copies),
  price(COPIES, "s3.standard-ia", "GB-month", 0.0125, recalled("s3/pricing/", "2025-06")),
  price(COPIES, "s3.put", "1,000 requests", 0.005, s3Copies, { dollars: 0.000005, units: 0.001 }),
  price(COPIES, "s3.get", "1,000 requests", 0.0004, s3Copies, { dollars: 0.0000004, units: 0.001 }),
  price(COPIES, "rds.backup", "GB-month", 0.095, backupCopies),
  price(COPIES, "aurora.backup", "GB-month", 0.021, backupCopies),
  price(COPIES, "documentdb.backup", "GB-month", 0.021, recalled("documentdb/pricing/", "2025-06")),
  price(COPIES, "kms.key", "month", 1, kmsCopies),
];
