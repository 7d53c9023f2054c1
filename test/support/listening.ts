import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const LISTEN = "0A";

/** The addresses that these processes listen on, from /proc/net/tcp and tcp6 (proc_pid_net(5)). */
export function listeningHosts(pids: Iterable<number>): string[] {
  const sockets = new Set([...pids].flatMap(socketsOf));
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN && sockets.has(fields[9] as string))
      .map((fields) => hostOf(fields[1] as string)),
  );
}

/** The inodes of a process's sockets. */
function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** `0100007F:1F90` is 127.0.0.1: the bytes are in the machine's order. What is not IPv4 stays as it is. */
function hostOf(local: string): string {
  const [address = ""] = local.split(":");
  return address.length === 8 ? [...Buffer.from(address, "hex")].toReversed().join(".") : address;
}
