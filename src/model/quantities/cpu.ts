import { parseUnits, quantity } from "./quantity.ts";

/** A share of processors, resolved: vCPUs. */
export type VirtualCpus = number;

/** Processors as they are written: `"0.5 vCPU"`, or Kubernetes' millicores, `"250m"`. */
export type CpuText = `${number}${"" | " "}vCPU` | `${number}m`;

/** vCPUs of a processor share, or null if the text is not one. Nothing is smaller than a millicore. */
export function parseCpu(text: string): VirtualCpus | null {
  const millicores = parseUnits(text, { vCPU: 1000, m: 1 });
  return millicores !== null && millicores > 0 && Number.isInteger(millicores) ? millicores / 1000 : null;
}

export function formatCpu(cpus: VirtualCpus): CpuText {
  return `${cpus} vCPU`;
}

export const Cpu = quantity<CpuText>("processor share", '"0.5 vCPU" or "250m"', parseCpu);
