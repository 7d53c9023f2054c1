import type { Dated } from "./facts.ts";

/** What a root volume has at the least, in bytes: the size of the image's own snapshot. */
export const SMALLEST_ROOT_VOLUME: Readonly<Record<"eks" | "ec2", Dated<number>>> = {
  eks: {
    value: 20 * 2 ** 30,
    page: "https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html",
    asOf: "2025-05",
    says: "Nodes of Amazon Linux get 20 GiB, which is what the EKS-optimised image has.",
  },
  ec2: {
    value: 8 * 2 ** 30,
    page: "https://docs.aws.amazon.com/linux/al2023/ug/ec2.html",
    asOf: "2025-05",
    says: "The standard image of Amazon Linux 2023, and Ubuntu's, has 8 GiB.",
  },
};
