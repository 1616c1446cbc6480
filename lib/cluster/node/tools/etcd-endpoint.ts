import { createHash, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import type { EtcdDatabase } from '../etcd-database.ts';
import { parseFlags } from '../kubelet/config.ts';
import type { ToolContext, ToolIo } from './node-tool.ts';

/** The versions that the etcd image of this Kubernetes has. */
export const ETCD_VERSION = '3.6.8';
export const STORAGE_VERSION = '3.6.0';

/** The one member, as its manifest on the node describes it. */
export interface EtcdMember {
  id: string;
  clusterId: string;
  name: string;
  peerUrls: string;
  clientUrls: string;
}

const id = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16).replace(/^0/, '1');

export function memberOf({ disk, name, ip }: ToolContext): EtcdMember {
  const manifest = disk.read('/etc/kubernetes/manifests/etcd.yaml') ?? '';
  const flags = parseFlags([...manifest.matchAll(/^\s*- (--\S+)\s*$/gm)].map((m) => m[1] ?? ''));
  const peerUrls = flags.get('initial-advertise-peer-urls') ?? `https://${ip}:2380`;
  const own = flags.get('name') ?? name;
  return {
    id: id(own + peerUrls),
    clusterId: id(peerUrls),
    name: own,
    peerUrls,
    clientUrls: flags.get('advertise-client-urls') ?? `https://${ip}:2379`,
  };
}

/** A file as a program of this user opens it; the error is Go's. */
export function openFile(
  path: string,
  io: ToolIo,
  { disk }: ToolContext,
): { ok: true; text: string } | { ok: false; error: string } {
  const full = resolve(io.call.cwd, path);
  const text = disk.read(full);
  if (text === undefined) return { ok: false, error: `open ${path}: no such file or directory` };
  if (io.call.uid !== 0 && (disk.fs.stat(full).mode & 0o004) === 0)
    return { ok: false, error: `open ${path}: permission denied` };
  return { ok: true, text };
}

/** What etcdctl finds at its endpoints with the credentials of its flags. */
export type Reach =
  | { kind: 'ok'; database: EtcdDatabase }
  /** Its own fault, told at once, with status 128. */
  | { kind: 'refused'; error: string }
  /** Nobody answers, or not to these credentials: it gives up in the end. */
  | { kind: 'timeout' };

export function reach(endpoint: string, flags: ReadonlyMap<string, string>, io: ToolIo, context: ToolContext): Reach {
  const texts = new Map<string, string>();
  for (const name of ['cert', 'key', 'cacert']) {
    const path = flags.get(name);
    if (path === undefined) continue;
    const file = openFile(path, io, context);
    if (!file.ok) return { kind: 'refused', error: file.error };
    texts.set(name, file.text);
  }
  const certificate = texts.get('cert');
  if ((certificate === undefined) !== (texts.get('key') === undefined))
    return { kind: 'refused', error: 'KeyFile and CertFile must both be present' };
  const tls = certificate !== undefined || texts.has('cacert');
  const url = /^\w+:\/\//.test(endpoint) ? endpoint : `${tls ? 'https' : 'http'}://${endpoint}`;
  const local = /\/\/(127\.|localhost|\[::1\])/.test(url);
  if (local && !context.disk.fs.exists('/var/lib/etcd')) return { kind: 'timeout' };
  const database = context.controlPlane.etcd();
  const skips = flags.get('insecure-skip-tls-verify') === 'true';
  const ca = texts.get('cacert');
  const trusted = skips || !url.startsWith('https:') || ca !== undefined;
  const refusal = database.refusal([url.replace('//localhost:', '//127.0.0.1:')], skips ? undefined : ca);
  if (!trusted || refusal !== undefined || !accepted(certificate, context)) return { kind: 'timeout' };
  return { kind: 'ok', database };
}

/** Whether etcd's --client-cert-auth lets a client certificate pass. */
function accepted(pem: string | undefined, { disk }: ToolContext): boolean {
  const authority = disk.read('/etc/kubernetes/pki/etcd/ca.crt');
  if (pem === undefined || authority === undefined) return false;
  try {
    return new X509Certificate(pem).verify(new X509Certificate(authority).publicKey);
  } catch {
    return false;
  }
}
