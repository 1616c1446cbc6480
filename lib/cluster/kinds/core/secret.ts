import { invalid, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { configMapKey } from '../../machinery/names.ts';
import { secrets } from '../../schema/generated/resources.ts';
import type { Secret } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { complaints, entriesOf, immutable } from '../shared/field-rules.ts';
import { objectJsonError } from '../shared/json-error.ts';
import { keyPairComplaint } from './tls-key-pair.ts';
import { decodedLength, immutableData, MAX_DATA } from './config-map.ts';

const DATA = FieldPath.of('data');
const ACCOUNT = 'kubernetes.io/service-account.name';
const REDACTED = '<secret contents redacted>';

const has = (secret: Secret, key: string): boolean => secret.data?.[key] !== undefined;
const needs = (secret: Secret, keys: readonly string[]): FieldError[] =>
  keys.filter((key) => !has(secret, key)).map((key) => required(DATA.key(key)));

function dockerConfig(secret: Secret, key: string): FieldError[] {
  const value = secret.data?.[key];
  if (value === undefined) return [required(DATA.key(key))];
  const why = objectJsonError(Buffer.from(value, 'base64').toString());
  return why ? [invalid(DATA.key(key), REDACTED, why)] : [];
}

/** What each well-known type must hold. */
function typeErrors(secret: Secret): FieldError[] {
  switch (secret.type) {
    case 'kubernetes.io/service-account-token':
      return secret.metadata.annotations?.[ACCOUNT]
        ? []
        : [required(FieldPath.of('metadata', 'annotations').key(ACCOUNT))];
    case 'kubernetes.io/dockercfg':
      return dockerConfig(secret, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return dockerConfig(secret, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      return has(secret, 'username') || has(secret, 'password') ? [] : needs(secret, ['username', 'password']);
    case 'kubernetes.io/ssh-auth':
      return secret.data?.['ssh-privatekey'] ? [] : [required(DATA.key('ssh-privatekey'))];
    case 'kubernetes.io/tls':
      return needs(secret, ['tls.crt', 'tls.key']);
    default:
      return [];
  }
}

function validate(secret: Secret): FieldError[] {
  const entries = entriesOf(secret.data);
  const size = entries.reduce((sum, [, value]) => sum + decodedLength(value), 0);
  return [
    ...entries.flatMap(([key]) => complaints(DATA.key(key), key, configMapKey(key))),
    ...(size > MAX_DATA ? [tooLong(DATA, MAX_DATA)] : []),
    ...typeErrors(secret),
  ];
}

/** A TLS secret that nothing can use is stored all the same, with a warning. */
function tlsWarnings({ type, data = {} }: Secret): string[] {
  if (type !== 'kubernetes.io/tls') return [];
  const complaint = keyPairComplaint(data['tls.crt'] ?? '', data['tls.key'] ?? '');
  return complaint === undefined ? [] : [complaint];
}

export const secret = defineKind<Secret>({
  resource: secrets,
  defaults(draft) {
    draft.type ||= 'Opaque';
    if (draft.stringData) {
      const encoded = Object.entries(draft.stringData).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]);
      draft.data = { ...draft.data, ...(Object.fromEntries(encoded) as Record<string, string>) };
      delete draft.stringData;
    }
  },
  validate,
  validateUpdate: (object, old) => [
    ...immutable(FieldPath.of('type'), object.type, old.type),
    ...immutableData(object, old, ['data']),
    ...validate(object),
  ],
  warnings: tlsWarnings,
  selectableFields: { type: (o) => o.type ?? '' },
  columns: [
    name(),
    column('Type', 'string', 'What the secret is for.', (o) => o.type ?? ''),
    column('Data', 'string', 'How many keys it holds.', (o) => Object.keys(o.data ?? {}).length),
    age(),
  ],
});
