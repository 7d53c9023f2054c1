import { faultOfBucketUrl } from "./bucket/open.ts";

/** Where files of payments are kept, what is taken, and how much of a replica their validation may use. */
export interface UploadsConfig {
  /** `file:///folder` or `s3://bucket/prefix`; undefined where no files are taken. */
  bucketUrl: string | undefined;
  /** Bytes of a file, after decompression. */
  maxBytes: number;
  /** Times that a compressed file may grow. */
  maxRatio: number;
  /** Files that are received at the same time. */
  receivers: number;
  /** Milliseconds in which a file must have arrived. */
  deadline: number;
  /** Milliseconds without a byte after which a sender is given up. */
  idle: number;
  /** Rows that are decided at the same time. */
  concurrency: number;
  /** Share of the thread's time, with all else that it does, up to which rows are decided; 0: none are here. */
  share: number;
}

/** Reads `name` as a whole number in a range. */
type ReadWhole = (name: string, fallback: number, min: number, max: number) => number;

const GIB = 1024 ** 3;

/** Reads what is told of files from the environment; adds what is wrong to `problems`. An empty variable counts as absent. */
export function readUploadsConfig(
  env: Record<string, string | undefined>,
  whole: ReadWhole,
  problems: string[],
): UploadsConfig {
  const bucketUrl = env["UPLOADS_URL"] || undefined;
  const fault = bucketUrl && faultOfBucketUrl(bucketUrl);
  if (fault) problems.push(`UPLOADS_URL ${fault}`);
  return {
    bucketUrl,
    maxBytes: whole("UPLOAD_BYTES", 2 * GIB, 1024, 64 * GIB),
    maxRatio: whole("UPLOAD_RATIO", 200, 2, 1100),
    receivers: whole("UPLOAD_RECEIVERS", 4, 1, 100),
    deadline: whole("UPLOAD_DEADLINE_MS", 3_600_000, 10_000, 86_400_000),
    idle: whole("UPLOAD_IDLE_MS", 30_000, 100, 600_000),
    concurrency: whole("UPLOAD_ROWS", 32, 1, 1000),
    share: whole("UPLOAD_CPU_PERCENT", 50, 0, 100) / 100,
  };
}
