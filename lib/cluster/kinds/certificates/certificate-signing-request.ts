import { deepClone, deepEqual } from '../../../kit/deep.ts';
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { formatTime } from '../../machinery/object.ts';
import { certificatesigningrequests } from '../../schema/generated/resources.ts';
import type {
  CertificateSigningRequest as Request,
  CertificateSigningRequestCondition as Condition,
} from '../../schema/generated/types.ts';
import { age, column, humanDuration, name } from '../shared/columns.ts';
import { defineKind, type KindContext } from '../define.ts';
import { certificateComplaint, requestComplaint } from './pem.ts';
import { validateSignerName } from './signer-name.ts';

const SPEC = FieldPath.of('spec');
const CONDITIONS = FieldPath.of('status', 'conditions');
const CERTIFICATE = FieldPath.of('status', 'certificate');
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_SECONDS = 600;
/** Conditions that are either true or absent; once there, they stay. */
const LASTING = ['Approved', 'Denied', 'Failed'];
const VERDICTS = ['Approved', 'Denied'];
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

const conditionsOf = (request: Request): readonly Condition[] => request.status?.conditions ?? [];
const ofType = (request: Request, type: string) => conditionsOf(request).filter((c) => c.type === type);

function validateConditions(request: Request): FieldError[] {
  const seen = new Set<string>();
  return conditionsOf(request).flatMap(({ type, status }, i) => {
    const at = CONDITIONS.index(i);
    const allowed = LASTING.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    const errors: FieldError[] = type ? [] : [required(at.child('type'))];
    if (!status) errors.push(required(at.child('status')));
    else if (!allowed.includes(status)) errors.push(notSupported(at.child('status'), status, allowed));
    if (VERDICTS.includes(type) && VERDICTS.some((other) => other !== type && seen.has(other))) {
      const why = 'Approved and Denied conditions are mutually exclusive';
      errors.push(invalid(CONDITIONS, type, why));
    }
    if (seen.has(type)) errors.push(duplicate(at.child('type'), type));
    seen.add(type);
    return errors;
  });
}

function validate(request: Request, old?: Request): FieldError[] {
  const { spec } = request;
  const usages = spec.usages ?? [];
  const why = requestComplaint(spec.request);
  const errors: FieldError[] = why === undefined ? [] : [invalid(SPEC.child('request'), spec.request, why)];
  const list = SPEC.child('usages');
  if (!usages.length) errors.push(required(list));
  errors.push(
    ...usages.flatMap((usage, i) => (USAGES.includes(usage) ? [] : [notSupported(list.index(i), usage, USAGES)])),
    ...usages.flatMap((usage, i) => (usages.indexOf(usage) < i ? [duplicate(list.index(i), usage)] : [])),
  );
  const signer = SPEC.child('signerName');
  if (spec.signerName === LEGACY_SIGNER && !old) {
    errors.push(invalid(signer, spec.signerName, 'the legacy signerName is not allowed via this API version'));
  } else errors.push(...validateSignerName(signer, spec.signerName));
  const seconds = spec.expirationSeconds;
  if (seconds !== undefined && seconds < MIN_SECONDS) {
    const short = `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`;
    errors.push(invalid(SPEC.child('expirationSeconds'), seconds, short));
  }
  errors.push(...validateConditions(request));
  const certificate = request.status?.certificate;
  if (certificate && certificate !== old?.status?.certificate) {
    const bad = certificateComplaint(certificate);
    if (bad !== undefined) errors.push(invalid(CERTIFICATE, '<certificate data>', bad));
  }
  return errors;
}

/** What this endpoint may change of the status: the verdict belongs to `/approval`, the certificate to `/status`. */
type Endpoint = 'main' | 'status' | 'approval';

function validateChange(now: Request, before: Request, endpoint: Endpoint): FieldError[] {
  const errors = validate(now, before);
  for (const type of LASTING) {
    if (ofType(now, type).length < ofType(before, type).length) {
      errors.push(forbidden(CONDITIONS, `updates may not remove a condition of type "${type}"`));
    }
  }
  for (const type of endpoint === 'approval' ? [] : VERDICTS) {
    const [mine, theirs] = [ofType(now, type), ofType(before, type)];
    if (mine.length > theirs.length) {
      errors.push(forbidden(CONDITIONS, `updates may not add a condition of type "${type}"`));
    } else if (mine.length === theirs.length && !deepEqual(mine, theirs)) {
      errors.push(forbidden(CONDITIONS, `updates may not modify a condition of type "${type}"`));
    }
  }
  const [certificate = '', old = ''] = [now.status?.certificate, before.status?.certificate];
  if (certificate !== old) {
    if (endpoint !== 'status') errors.push(forbidden(CERTIFICATE, 'updates may not set certificate content'));
    else if (old) errors.push(forbidden(CERTIFICATE, 'updates may not modify existing certificate content'));
  }
  return errors;
}

/** Times of conditions that the client left out. */
function stampConditions(draft: Request, old: Request, now: string): void {
  for (const condition of draft.status?.conditions ?? []) {
    condition.lastUpdateTime ??= now;
    const same = ofType(old, condition.type).find((c) => c.status === condition.status);
    condition.lastTransitionTime ??= same?.lastTransitionTime ?? now;
  }
}

function prepareForCreate(draft: Request, { user }: KindContext): void {
  const { uid: _uid, username: _name, groups: _groups, extra: _extra, ...asked } = draft.spec;
  const extra = Object.entries(user.extra ?? {}).map(([key, values]): [string, string[]] => [key, [...values]]);
  draft.spec = {
    ...asked,
    username: user.username,
    ...(user.uid ? { uid: user.uid } : {}),
    ...(user.groups.length ? { groups: [...user.groups] } : {}),
    ...(extra.length ? { extra: Object.fromEntries(extra) } : {}),
  };
  draft.status = {};
}

/** The endpoint `/approval`, where `kubectl certificate approve` writes the verdict. */
export const csrApproval = {
  prepare(draft: Request, old: Request, { clock }: KindContext): void {
    draft.spec = deepClone(old.spec);
    const { certificate: _ignored, ...status } = draft.status ?? {};
    draft.status = { ...status, ...(old.status?.certificate ? { certificate: old.status.certificate } : {}) };
    stampConditions(draft, old, formatTime(clock.now()));
  },
  validate: (object: Request, old: Request): FieldError[] => validateChange(object, old, 'approval'),
};

function statusText(request: Request): string {
  const has = (type: string) => ofType(request, type).length > 0;
  const verdict = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${verdict}${has('Failed') ? ',Failed' : ''}${request.status?.certificate ? ',Issued' : ''}`;
}

export const certificateSigningRequest = defineKind<Request>({
  resource: certificatesigningrequests,
  validateName: nameIsPathSegment,
  defaults(draft) {
    draft.spec ??= { request: '', signerName: '' };
    draft.spec.request ??= '';
    draft.spec.signerName ??= '';
    draft.status ??= {};
  },
  prepareForCreate,
  fixed: ['spec'],
  prepareForUpdate(draft, old) {
    draft.spec = deepClone(old.spec);
    draft.status = deepClone(old.status ?? {});
  },
  prepareForStatusUpdate(draft, old, { clock }) {
    const others = conditionsOf(draft).filter((c) => !VERDICTS.includes(c.type));
    const verdicts = deepClone(conditionsOf(old).filter((c) => VERDICTS.includes(c.type)));
    const conditions = [...verdicts, ...others];
    draft.status = { ...draft.status, ...(conditions.length ? { conditions } : {}) };
    stampConditions(draft, old, formatTime(clock.now()));
  },
  validate: (object) => validate(object),
  validateUpdate: (object, old) => validateChange(object, old, 'main'),
  validateStatusUpdate: (object, old) => validateChange(object, old, 'status'),
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
  columns: [
    name(),
    age(),
    column('SignerName', 'string', 'Who is asked to sign.', ({ spec }) => spec.signerName || '<none>'),
    column('Requestor', 'string', 'Who asks.', ({ spec }) => spec.username ?? ''),
    column('RequestedDuration', 'string', 'How long the certificate shall be valid.', ({ spec }) =>
      spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
    ),
    column('Condition', 'string', 'What has become of the request.', statusText),
  ],
});
