/** Erlang's C formula: how likely somebody has to wait in M/M/c, of so many servers that are so busy. */
export function erlangC(servers: number, load: number): number {
  const offered = servers * load;
  let blocking = 1;
  for (let count = 1; count <= servers; count += 1)
    blocking = (offered * blocking) / (count + offered * blocking);
  return blocking / (1 - load * (1 - blocking));
}
