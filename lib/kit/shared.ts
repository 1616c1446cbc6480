const slots = globalThis as unknown as Record<symbol, unknown>;
const key = (name: string): symbol => Symbol.for(`drydock.${name}`);

/**
 * Gives the whole process one live object under a name. Next loads a module several times beside a custom server, so a
 * variable of a module is not enough.
 */
export function share(name: string, value: unknown): void {
  slots[key(name)] = value;
}

/** What was shared under `name`; throws when nothing was. */
export function shared<T>(name: string): T {
  const value = slots[key(name)];
  if (value === undefined) throw new Error(`${name} is used before the server has started it`);
  return value as T;
}
