// The simulator's kernel: empty events a second, which bounds every simulation on it, and requests through a queue.
import { Kernel } from "#simulator/kernel/kernel.ts";
import { RandomStream } from "#simulator/kernel/random.ts";

interface Figure {
  readonly name: string;
  readonly perSecond: number;
}

/** Each event asks for its successor; so many wait at a time. */
function emptyEvents(waiting: number, events: number): Figure {
  const kernel = new Kernel();
  const random = new RandomStream(1, 2, 3);
  const again = (): void => kernel.after(random.next() * 100, again);
  for (let index = 0; index < waiting; index += 1) again();
  const perSecond = measure(() => {
    const before = kernel.events;
    const stop = before + events;
    kernel.run(Infinity, () => kernel.events >= stop && kernel.stop());
    return kernel.events - before;
  });
  return { name: `empty events, ${waiting.toLocaleString("en")} waiting`, perSecond };
}

/** Requests arrive as a Poisson process at servers that take them in turn; each request is an arrival and a departure. */
function requests(servers: number, count: number): Figure {
  const kernel = new Kernel();
  const random = new RandomStream(4, 5, 6);
  const queued = new Int32Array(servers);
  let next = 0;
  let done = 0;
  let limit = 0;
  const depart = (server: number): void => {
    done += 1;
    queued[server] = (queued[server] as number) - 1;
    if ((queued[server] as number) > 0) kernel.after(random.exponential(0.8 * servers), depart, server);
    if (done >= limit) kernel.stop();
  };
  const arrive = (): void => {
    const server = next;
    next = (next + 1) % servers;
    queued[server] = (queued[server] as number) + 1;
    if (queued[server] === 1) kernel.after(random.exponential(0.8 * servers), depart, server);
    kernel.after(random.exponential(1), arrive);
  };
  arrive();
  const perSecond = measure(() => {
    limit = done + count;
    kernel.run(Infinity);
    return count;
  });
  return { name: `requests through ${servers} servers`, perSecond };
}

/** The best of five runs after one to warm up, in things a second of CPU time: others share the machine. */
function measure(run: () => number): number {
  run();
  const rates = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    const done = run();
    const { user, system } = process.cpuUsage(before);
    return done / ((user + system) / 1e6);
  });
  return Math.max(...rates);
}

export async function simulator(json: boolean): Promise<void> {
  const figures = [
    emptyEvents(1, 3_000_000),
    emptyEvents(100, 3_000_000),
    emptyEvents(10_000, 3_000_000),
    requests(10, 1_000_000),
    requests(1000, 1_000_000),
  ];
  if (json) console.log(JSON.stringify({ bench: "simulator", figures }));
  else
    for (const { name, perSecond } of figures)
      console.log(`${name.padEnd(36)} ${Math.round(perSecond).toLocaleString("en").padStart(12)} /s of CPU`);
}
