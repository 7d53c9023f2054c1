/**
 * vCPUs, GiB of memory, baseline of the network in Mbps, network interfaces, IPv4 addresses of each; and where the page
 * that was read has them, the baseline of EBS in Mbps and in operations a second.
 */
export type InstanceTypeRow =
  | readonly [vcpus: number, gib: number, networkMbps: number, interfaces: number, addresses: number]
  | readonly [
      vcpus: number,
      gib: number,
      networkMbps: number,
      interfaces: number,
      addresses: number,
      ebsMbps: number,
      ebsIops: number,
    ];
