import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { dns1035Label } from '../../machinery/names.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { portNumber } from '../../machinery/names-of-numbers.ts';
import { apiservices } from '../../schema/generated/resources.ts';
import type { APIService, APIServiceSpec } from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { complaints, subdomainName } from '../shared/field-rules.ts';

const SPEC = FieldPath.of('spec');
const STATUSES = ['True', 'False', 'Unknown'];

function priority(at: FieldPath, value: number, max: number): FieldError[] {
  return value > 0 && value <= max ? [] : [invalid(at, value, `must be positive and less than ${max}`)];
}

function validateLocal(spec: APIServiceSpec): FieldError[] {
  const bundle = Buffer.from(spec.caBundle ?? '', 'base64').length;
  return [
    ...(bundle
      ? [invalid(SPEC.child('caBundle'), `${bundle} bytes`, 'local APIServices may not have a caBundle')]
      : []),
    ...(spec.insecureSkipTLSVerify
      ? [invalid(SPEC.child('insecureSkipTLSVerify'), true, 'local APIServices may not have insecureSkipTLSVerify')]
      : []),
  ];
}

function validateRemote(spec: APIServiceSpec): FieldError[] {
  const at = SPEC.child('service');
  const { namespace, name: serviceName, port = 0 } = spec.service ?? {};
  const wrongPort = portNumber(port);
  return [
    ...(namespace ? [] : [required(at.child('namespace'))]),
    ...(serviceName ? [] : [required(at.child('name'))]),
    ...(wrongPort.length ? [invalid(at.child('port'), port, `port is not valid: ${wrongPort.join(', ')}`)] : []),
    ...(spec.insecureSkipTLSVerify && spec.caBundle
      ? [invalid(SPEC.child('insecureSkipTLSVerify'), true, 'may not be true if caBundle is present')]
      : []),
  ];
}

function validate({ metadata, spec }: APIService): FieldError[] {
  const { group = '', version = '' } = spec;
  const expected = `${version}.${group}`;
  const errors: FieldError[] = [];
  if (metadata.name !== expected) {
    const why = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(expected)}`;
    errors.push(invalid(FieldPath.of('metadata', 'name'), metadata.name, why));
  }
  return [
    ...errors,
    ...(!group && version !== 'v1'
      ? [required(SPEC.child('group'), 'only v1 may have an empty group and it better be legacy kube')]
      : []),
    ...(group ? subdomainName(SPEC.child('group'), group) : []),
    ...complaints(SPEC.child('version'), version, dns1035Label(version)),
    ...priority(SPEC.child('groupPriorityMinimum'), spec.groupPriorityMinimum, 20_000),
    ...priority(SPEC.child('versionPriority'), spec.versionPriority, 1000),
    ...(spec.service ? validateRemote(spec) : validateLocal(spec)),
  ];
}

function availableText({ status }: APIService): string {
  const condition = (status?.conditions ?? []).find((c) => c.type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}

export const apiService = defineKind<APIService>({
  resource: apiservices,
  validateName: nameIsPathSegment,
  unconditionalUpdate: false,
  defaults(draft) {
    draft.spec ??= {} as APIServiceSpec;
    draft.spec.groupPriorityMinimum ??= 0;
    draft.spec.versionPriority ??= 0;
    if (draft.spec.service) draft.spec.service.port ??= 443;
    draft.status ??= {};
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate,
  validateStatusUpdate: ({ status }) =>
    (status?.conditions ?? []).flatMap((condition, i) =>
      STATUSES.includes(condition.status)
        ? []
        : [notSupported(FieldPath.of('status', 'conditions').index(i).child('status'), condition.status, STATUSES)],
    ),
  columns: [
    name(),
    column('Service', 'string', 'Who serves the group.', ({ spec }) =>
      spec.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local',
    ),
    column('Available', 'string', 'Whether it is served.', availableText),
    age(),
  ],
});
