/** AWS's own month for estimates. https://aws.amazon.com/ec2/pricing/on-demand/ */
export const HOURS_A_MONTH = 730;

/** Usage is written as bills have it: 5 GB. */
export const GB = 1e9;
/** What is provisioned, such as volumes and memory, AWS counts in GiB and calls GB. */
export const GIB = 2 ** 30;
export const DAY_MS = 86_400_000;
/** Days of a month of 730 hours. */
export const DAYS_A_MONTH = HOURS_A_MONTH / 24;
