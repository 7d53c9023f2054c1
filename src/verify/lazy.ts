/** The value of a key, worked out when it is first asked for. */
export function lazy<Key, Value>(values: Map<Key, Value>, key: Key, work: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const value = work();
  values.set(key, value);
  return value;
}
