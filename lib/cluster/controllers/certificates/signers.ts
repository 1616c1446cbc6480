import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import { KUBELET_CLIENT } from './approving.ts';

const ALTERNATIVE_NAMES = '2.5.29.17';
const NODES_GROUP = 'system:nodes';
const NODE_PREFIX = 'system:node:';

interface Asked {
  name: string;
  organizations: readonly string[];
  /** Kinds of alternative names that it has: `dns`, `ip`, `email`, `url`. */
  alternatives: ReadonlySet<string>;
  usages: readonly string[];
}

function read({ spec }: CertificateSigningRequest): Asked {
  const request = new x509.Pkcs10CertificateRequest(Buffer.from(spec.request, 'base64').toString());
  const names = request.getExtension(ALTERNATIVE_NAMES);
  const items = names ? new x509.SubjectAlternativeNameExtension(names.rawData).names.items : [];
  return {
    name: request.subjectName.getField('CN').at(-1) ?? '',
    organizations: request.subjectName.getField('O'),
    alternatives: new Set(items.map((item) => item.type)),
    usages: spec.usages ?? [],
  };
}

/** A kubelet's key may be one that enciphers no keys: then that usage is missing. */
function usagesDiffer(usages: readonly string[], purpose: string): string | undefined {
  const wanted = [purpose, 'digital signature', 'key encipherment'].sort();
  const given = [...new Set([...usages, 'key encipherment'])].sort();
  return given.join() === wanted.join() ? undefined : `usages did not match [${wanted.join(' ')}]`;
}

const notNodes = ({ organizations }: Asked) =>
  organizations.length === 1 && organizations[0] === NODES_GROUP
    ? undefined
    : `subject organization is not ${NODES_GROUP}`;

const notNode = ({ name }: Asked) =>
  name.startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`;

const LABELS: Readonly<Record<string, string>> = { dns: 'DNS', email: 'Email', ip: 'IP', url: 'URI' };

const has =
  (...kinds: string[]) =>
  ({ alternatives }: Asked) => {
    const found = kinds.find((kind) => alternatives.has(kind));
    return found && `${LABELS[found] ?? ''} subjectAltNames are not allowed`;
  };

function notClient({ usages }: Asked): string | undefined {
  const other = usages.find((u) => !['digital signature', 'key encipherment', 'client auth'].includes(u));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

type Rule = (asked: Asked) => string | undefined;

/** What each signer of the kube-controller-manager insists on, in the order in which it looks. */
const SIGNERS: Readonly<Record<string, readonly Rule[]>> = {
  'kubernetes.io/kube-apiserver-client': [notClient],
  [KUBELET_CLIENT]: [
    notNodes,
    has('dns', 'email', 'ip', 'url'),
    notNode,
    ({ usages }) => usagesDiffer(usages, 'client auth'),
  ],
  'kubernetes.io/kubelet-serving': [
    notNodes,
    ({ alternatives }) =>
      alternatives.has('dns') || alternatives.has('ip') ? undefined : 'DNS or IP subjectAltName is required',
    has('email', 'url'),
    ({ usages }) => usagesDiffer(usages, 'server auth'),
    notNode,
  ],
  'kubernetes.io/legacy-unknown': [],
};

/** Whether the kube-controller-manager signs for a signer's name. */
export const isOurs = (signerName: string): boolean => Object.hasOwn(SIGNERS, signerName);

/** Why a signer does not sign a request; undefined when it does (upstream: pkg/apis/certificates/helpers.go). */
export function signerComplaint(request: CertificateSigningRequest): string | undefined {
  const asked = read(request);
  for (const rule of SIGNERS[request.spec.signerName] ?? []) {
    const complaint = rule(asked);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}
