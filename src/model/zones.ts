/** The names of a region's first zones, in order: `us-east-1a`, `us-east-1b`. */
export function zoneNames(region: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${region}${String.fromCharCode(97 + index)}`);
}
