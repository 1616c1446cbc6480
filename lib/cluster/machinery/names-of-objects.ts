import { dns1035Label, dns1123Label, dns1123Subdomain } from './names.ts';

/** Checks metadata.name; with `prefix`, a generateName, which may end in a dash. Complaints come without a path. */
export type NameCheck = (name: string, prefix: boolean) => string[];

/** A generateName is checked as if something followed its last dash. */
const maskTrailingDash = (name: string) => (name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);

const masked =
  (check: (value: string) => string[]): NameCheck =>
  (name, prefix) =>
    check(prefix ? maskTrailingDash(name) : name);

/** The rule of most kinds. */
export const nameIsDnsSubdomain = masked(dns1123Subdomain);
/** Namespaces, Services. */
export const nameIsDnsLabel = masked(dns1123Label);
export const nameIsDns1035Label = masked(dns1035Label);

/** What a name must not hold to be one part of a URL's path: RBAC's kinds and the like accept all else. */
export const nameIsPathSegment: NameCheck = (name, prefix) => {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter((c) => name.includes(c)).map((c) => `may not contain '${c}'`);
};
