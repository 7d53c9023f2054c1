import { Compute } from "../compute.ts";
import { entriesOf } from "../data.ts";
import { Network } from "../network.ts";
import { layOutSubnets } from "../network-plan.ts";
import { networkSize, type Network4, parseCidr } from "../quantities/cidr.ts";
import { Replicas } from "../services.ts";
import { type Check, slice } from "./check.ts";

/** AWS keeps the first four addresses of a subnet and the last. */
export const RESERVED_ADDRESSES = 5;

const { cidr, zones, subnets } = Network.shape;

/** Whether every replica at maximum scale finds an address in the private subnets; each has one of its own. */
export const checkAddresses: Check = (architecture) => {
  const network = slice({ cidr, zones, subnets }, architecture["network"]);
  const compute = Compute.safeParse(architecture["compute"]);
  if (!network || !compute.success) return [];
  const free = layOutSubnets(network).private.reduce(
    (sum, text) => sum + Math.max(0, networkSize(parseCidr(text) as Network4) - RESERVED_ADDRESSES),
    0,
  );
  const wanted = entriesOf(architecture["services"])
    .map(([, service]) => slice({ replicas: Replicas }, service)?.replicas.max ?? 0)
    .reduce((sum, max) => sum + max, 0);
  if (wanted <= free) return [];
  return [
    {
      code: "SUBNETS_TOO_SMALL",
      path: "network.subnets.private",
      message: `the private subnets have ${free} free addresses, and at maximum scale the replicas need ${wanted}`,
      remedy: "Enlarge the private subnets, or lower the services' replicas.max.",
    },
  ];
};
