import { invalid, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { dns1123SubdomainWithUnderscore } from '../../../machinery/names.ts';
import { validIp } from '../../../machinery/names-of-addresses.ts';
import type { HostAlias, PodSpec } from '../../../schema/generated/types.ts';
import { complaints, subdomainName } from '../field-rules.ts';

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LIST = 2048;

export function validateDnsConfig(at: FieldPath, { dnsConfig: config, dnsPolicy }: PodSpec): FieldError[] {
  if (dnsPolicy === 'None') {
    if (!config) return [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (!config.nameservers?.length) {
      return [required(at.child('nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
    }
  }
  if (!config) return [];
  const { nameservers = [], searches = [], options = [] } = config;
  const errors: FieldError[] = [];
  if (nameservers.length > MAX_NAMESERVERS) {
    errors.push(
      invalid(at.child('nameservers'), nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`),
    );
  }
  nameservers.forEach((server, i) => errors.push(...validIp(at.child('nameservers').index(i), server)));
  if (searches.length > MAX_SEARCHES) {
    errors.push(invalid(at.child('searches'), searches, `must not have more than ${MAX_SEARCHES} search paths`));
  }
  if (searches.join(' ').length > MAX_SEARCH_LIST) {
    const why = `must not have more than ${MAX_SEARCH_LIST} characters (including spaces) in the search list`;
    errors.push(invalid(at.child('searches'), searches, why));
  }
  searches.forEach((search, i) => {
    const domain = search.replace(/\.$/, '');
    if (search !== '.')
      errors.push(...complaints(at.child('searches').index(i), domain, dns1123SubdomainWithUnderscore(domain)));
  });
  options.forEach((option, i) => {
    if (!option.name) errors.push(required(at.child('options').index(i), 'must not be empty'));
  });
  return errors;
}

export function validateHostAliases(at: FieldPath, aliases: readonly HostAlias[] | undefined): FieldError[] {
  return (aliases ?? []).flatMap((alias, i) => [
    ...validIp(at.index(i).child('ip'), alias.ip ?? ''),
    ...(alias.hostnames ?? []).flatMap((name, j) => subdomainName(at.index(i).child('hostnames').index(j), name)),
  ]);
}
