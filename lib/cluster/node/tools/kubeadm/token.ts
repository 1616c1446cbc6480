import { createHash, X509Certificate } from 'node:crypto';
import { isAlreadyExists, isNotFound, statusOf } from '../../../machinery/status-error.ts';
import { secrets } from '../../../schema/generated/resources.ts';
import type { Random } from '../../../../kit/random.ts';
import type { Secret } from '../../../schema/generated/types.ts';
import { columns } from '../text-table.ts';
import { admin, failed, type KubeadmCall } from './kubeadm-call.ts';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const PATTERN = '"\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"';
const ID_PATTERN = '"\\\\A([a-z0-9]{6})\\\\z"';
const DEFAULT_GROUP = 'system:bootstrappers:kubeadm:default-node-token';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secretName = (id: string) => `bootstrap-token-${id}`;

/** A bootstrap token: `abcdef.0123456789abcdef`. */
export function newToken(random: Random): string {
  const letters = [...random.bytes(22)].map((byte) => LETTERS[byte % 36] ?? 'a').join('');
  return `${letters.slice(0, 6)}.${letters.slice(6)}`;
}

/** Milliseconds of a Go duration: `1h30m`, `0`; undefined when it is none. */
export function goDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
    (sum, [, n, unit = 's']) => sum + Number(n) * (units[unit] ?? 0),
    0,
  );
}

/** `23h`, `59m`: the largest unit only. */
export function shortDuration(ms: number): string {
  const s = Math.floor(ms / 1000);
  if (s <= 0) return '<invalid>';
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h`;
  return s < 365 * 86_400 ? `${Math.floor(s / 86_400)}d` : `${Math.floor(s / (365 * 86_400))}y`;
}

export async function tokenGenerate({ io, context }: KubeadmCall): Promise<number> {
  await io.out(`${newToken(context.random)}\n`);
  return 0;
}

/** The hash of a CA's public key that `kubeadm join` checks. */
const caHash = (pem: string) =>
  createHash('sha256')
    .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');

export async function tokenCreate(call: KubeadmCall): Promise<number> {
  const { flags, operands, io, context } = call;
  const token = operands[0] ?? newToken(context.random);
  const [, id = '', secret = ''] = TOKEN.exec(token) ?? [];
  if (!id) return failed(io, `the bootstrap token "${token}" was not of the form ${PATTERN}`);
  const ttl = goDuration(flags.get('ttl') ?? '24h');
  if (ttl === undefined)
    return failed(
      io,
      `invalid argument "${flags.get('ttl')}" for "--ttl" flag: time: invalid duration "${flags.get('ttl')}"`,
    );
  const access = admin(call);
  if (!access.ok) return failed(io, `failed to load admin kubeconfig: ${access.error}`);
  const description = flags.get('description');
  const usages = (flags.get('usages') ?? 'signing,authentication').split(',');
  const expires = new Date(context.clock.now() + ttl).toISOString().replace(/\.\d+Z$/, 'Z');
  const data: Record<string, string> = {
    'auth-extra-groups': base64(flags.get('groups') ?? DEFAULT_GROUP),
    ...(description && { description: base64(description) }),
    ...(ttl > 0 && { expiration: base64(expires) }),
    'token-id': base64(id),
    'token-secret': base64(secret),
    ...Object.fromEntries(usages.map((usage) => [`usage-bootstrap-${usage}`, base64('true')])),
  };
  try {
    await access.client.create(secrets, {
      metadata: { name: secretName(id), namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      data,
    });
  } catch (err) {
    if (isAlreadyExists(err)) return failed(io, `a token with id "${id}" already exists`);
    return failed(io, statusOf(err)?.message ?? String(err));
  }
  const join = `kubeadm join ${access.server.replace(/^https:\/\//, '')} --token ${token} --discovery-token-ca-cert-hash sha256:${access.ca ? caHash(access.ca) : ''} `;
  await io.out(`${flags.get('print-join-command') === 'true' ? join : token}\n`);
  return 0;
}

const decoded = (secret: Secret, key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();

export async function tokenList(call: KubeadmCall): Promise<number> {
  const { io, context } = call;
  const access = admin(call);
  if (!access.ok) return failed(io, `failed to load admin kubeconfig: ${access.error}`);
  let found: readonly Secret[];
  try {
    found = (
      await access.client.list(secrets, {
        namespace: 'kube-system',
        fieldSelector: 'type=bootstrap.kubernetes.io/token',
      })
    ).items;
  } catch (err) {
    return failed(io, `failed to list bootstrap tokens: ${statusOf(err)?.message ?? String(err)}`);
  }
  const rows = found.map((secret) => {
    const expiration = decoded(secret, 'expiration');
    const usages = Object.keys(secret.data ?? {})
      .filter((key) => key.startsWith('usage-bootstrap-'))
      .map((key) => key.slice('usage-bootstrap-'.length));
    return [
      `${decoded(secret, 'token-id')}.${decoded(secret, 'token-secret')}`,
      expiration ? shortDuration(Date.parse(expiration) - context.clock.now()) : '<forever>',
      expiration || '<never>',
      usages.sort().join(',') || '<none>',
      decoded(secret, 'description') || '<none>',
      decoded(secret, 'auth-extra-groups') || '<none>',
    ];
  });
  if (rows.length)
    await io.out(columns([['TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA GROUPS'], ...rows], 3));
  return 0;
}

export async function tokenDelete(call: KubeadmCall): Promise<number> {
  const { io, operands } = call;
  if (!operands.length)
    return failed(io, 'missing argument; \'token delete\' is missing token of form ["\\\\A([a-z0-9]{6})\\\\z"]');
  const access = admin(call);
  if (!access.ok) return failed(io, `failed to load admin kubeconfig: ${access.error}`);
  for (const text of operands) {
    const id = TOKEN.exec(text)?.[1] ?? (/^[a-z0-9]{6}$/.test(text) ? text : undefined);
    if (id === undefined) return failed(io, `given token didn't match pattern ${PATTERN} or ${ID_PATTERN}`);
    try {
      await access.client.delete(secrets, 'kube-system', secretName(id));
    } catch (err) {
      const why = isNotFound(err) ? `secrets "${secretName(id)}" not found` : (statusOf(err)?.message ?? String(err));
      return failed(io, `failed to delete bootstrap token "${id}": ${why}`);
    }
    await io.out(`bootstrap token "${id}" deleted\n`);
  }
  return 0;
}
