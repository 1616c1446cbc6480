import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { parseAddress, validIp } from '../../machinery/names-of-addresses.ts';
import { ingresses } from '../../schema/generated/resources.ts';
import type { Ingress, IngressRule, IngressSpec } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { subdomainName } from '../shared/field-rules.ts';
import { validateBackend, validateRule, validateTls } from './ingress-rules.ts';

const SPEC = FieldPath.of('spec');
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const SHOWN_HOSTS = 3;

function validateSpec(spec: IngressSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { defaultBackend, rules = [], tls = [], ingressClassName } = spec;
  if (!rules.length && !defaultBackend) {
    errors.push(invalid(SPEC, spec.rules, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend) errors.push(...validateBackend(defaultBackend, SPEC.child('defaultBackend')));
  return [
    ...errors,
    ...rules.flatMap((rule, i) => validateRule(rule, SPEC.child('rules').index(i))),
    ...tls.flatMap((entry, i) => validateTls(entry, SPEC.child('tls').index(i))),
    ...(ingressClassName === undefined ? [] : subdomainName(SPEC.child('ingressClassName'), ingressClassName)),
  ];
}

function validateStatus({ status }: Ingress): FieldError[] {
  const at = FieldPath.of('status', 'loadBalancer', 'ingress');
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, i) => {
    const host = at.index(i).child('hostname');
    return [
      ...(ip ? validIp(at.index(i).child('ip'), ip) : []),
      ...(hostname ? subdomainName(host, hostname) : []),
      ...(hostname && parseAddress(hostname) ? [invalid(host, hostname, 'must be a DNS name, not an IP address')] : []),
    ];
  });
}

function hostsText(rules: readonly IngressRule[] | undefined): string {
  const hosts = (rules ?? []).flatMap(({ host }) => host || []);
  if (!hosts.length) return '*';
  const shown = hosts.slice(0, SHOWN_HOSTS).join(',');
  return hosts.length > SHOWN_HOSTS ? `${shown} + ${hosts.length - SHOWN_HOSTS} more...` : shown;
}

function addressText({ status }: Ingress): string {
  const all = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean);
  return [...new Set(all)].sort().join(',');
}

export const ingress = defineKind<Ingress>({
  resource: ingresses,
  generation: true,
  defaults(draft) {
    draft.spec ??= {};
    draft.status ??= {};
    draft.status.loadBalancer ??= {};
  },
  prepareForCreate(draft) {
    draft.status = { loadBalancer: {} };
  },
  validate(object) {
    const errors = validateSpec(object.spec);
    const annotation = object.metadata.annotations?.[CLASS_ANNOTATION];
    const { ingressClassName } = object.spec;
    if (annotation !== undefined && ingressClassName !== undefined && annotation !== ingressClassName) {
      const why = 'must match `ingressClassName` when both are specified';
      errors.push(invalid(FieldPath.of('annotations', CLASS_ANNOTATION), annotation, why));
    }
    return errors;
  },
  validateUpdate: (object) => validateSpec(object.spec),
  validateStatusUpdate: validateStatus,
  warnings: (object, old) =>
    !old && object.metadata.annotations?.[CLASS_ANNOTATION] !== undefined && object.spec.ingressClassName === undefined
      ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  columns: [
    name(),
    column(
      'Class',
      'string',
      'The IngressClass that handles it.',
      ({ spec, metadata }) => spec.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION] ?? '<none>',
    ),
    column('Hosts', 'string', 'Hosts that requests are matched with.', ({ spec }) => hostsText(spec.rules)),
    column('Address', 'string', 'Where the load balancer listens.', addressText),
    column('Ports', 'string', 'Ports that it opens.', ({ spec }) => (spec.tls?.length ? '80, 443' : '80')),
    age(),
  ],
});
