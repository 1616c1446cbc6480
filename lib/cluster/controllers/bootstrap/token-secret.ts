import type { Secret } from '../../schema/generated/types.ts';

export const SYSTEM = 'kube-system';
const TYPE = 'bootstrap.kubernetes.io/token';

/** What a bootstrap token's Secret says, decoded. */
export interface BootstrapToken {
  id: string;
  secret: string;
  /** Milliseconds; absent for a token that never expires. */
  expires: number | undefined;
  signs: boolean;
}

/** Reads a bootstrap token; undefined for other Secrets and incomplete ones. A time that cannot be read has passed. */
export function bootstrapToken({ metadata, type, data = {} }: Secret): BootstrapToken | undefined {
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
  const id = text('token-id');
  const secret = text('token-secret');
  if (type !== TYPE || !id || !secret || metadata.name !== `bootstrap-token-${id}`) return undefined;
  const expiration = text('expiration');
  return {
    id,
    secret,
    expires: expiration ? Date.parse(expiration) || 0 : undefined,
    signs: text('usage-bootstrap-signing') === 'true',
  };
}
