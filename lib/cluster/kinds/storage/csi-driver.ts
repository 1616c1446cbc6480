import { duplicate, invalid, notSupported, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { csidrivers } from '../../schema/generated/resources.ts';
import type { CSIDriver, CSIDriverSpec, StorageV1TokenRequest } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { immutable } from '../shared/field-rules.ts';

const SPEC = FieldPath.of('spec');
const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const MODES = ['Persistent', 'Ephemeral'];
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const MIN_UPDATE_PERIOD = 10;

function validateTokenRequests(requests: readonly StorageV1TokenRequest[], at: FieldPath): FieldError[] {
  const audiences = new Set<string>();
  return requests.flatMap(({ audience, expirationSeconds }, i) => {
    const here = at.index(i);
    if (audiences.has(audience)) return [duplicate(here.child('audience'), audience)];
    audiences.add(audience);
    if (expirationSeconds === undefined) return [];
    const seconds = here.child('expirationSeconds');
    if (expirationSeconds < MIN_TOKEN_SECONDS) {
      return [invalid(seconds, expirationSeconds, 'may not specify a duration less than 10 minutes')];
    }
    return expirationSeconds > MAX_TOKEN_SECONDS
      ? [invalid(seconds, expirationSeconds, 'may not specify a duration larger than 2^32 seconds')]
      : [];
  });
}

function validateSpec(spec: CSIDriverSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.fsGroupPolicy !== undefined && !GROUP_POLICIES.includes(spec.fsGroupPolicy)) {
    errors.push(notSupported(SPEC.child('fsGroupPolicy'), spec.fsGroupPolicy, GROUP_POLICIES));
  }
  errors.push(...validateTokenRequests(spec.tokenRequests ?? [], SPEC.child('tokenRequests')));
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (!MODES.includes(mode)) errors.push(notSupported(SPEC.child('volumeLifecycleModes'), mode, MODES));
  }
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < MIN_UPDATE_PERIOD) {
    const at = SPEC.child('nodeAllocatableUpdatePeriodSeconds');
    errors.push(invalid(at, period, `must be greater than or equal to ${MIN_UPDATE_PERIOD} seconds`));
  }
  return errors;
}

const audiencesOf = ({ spec }: CSIDriver) => (spec.tokenRequests ?? []).map((t) => t.audience).join(',') || '<unset>';

export const csiDriver = defineKind<CSIDriver>({
  resource: csidrivers,
  defaults(draft) {
    draft.spec ??= {};
    const { spec } = draft;
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => [
    ...validateSpec(spec),
    // Upstream spells the field so.
    ...immutable(SPEC.child('attachedRequired'), spec.attachRequired, old.spec.attachRequired),
    ...immutable(SPEC.child('volumeLifecycleModes'), spec.volumeLifecycleModes, old.spec.volumeLifecycleModes),
  ],
  warnings: ({ spec }) =>
    spec.tokenRequests?.length && spec.serviceAccountTokenInSecrets === undefined
      ? [
          'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
        ]
      : [],
  columns: [
    name(),
    column(
      'AttachRequired',
      'boolean',
      'Whether volumes are attached to nodes.',
      ({ spec }) => spec.attachRequired ?? true,
    ),
    column(
      'PodInfoOnMount',
      'boolean',
      'Whether mounting tells about the pod.',
      ({ spec }) => spec.podInfoOnMount ?? false,
    ),
    column(
      'StorageCapacity',
      'boolean',
      'Whether the driver reports capacity.',
      ({ spec }) => spec.storageCapacity ?? false,
    ),
    column('TokenRequests', 'string', 'Audiences of the tokens that the driver gets.', audiencesOf),
    column(
      'RequiresRepublish',
      'boolean',
      'Whether mounts are renewed.',
      ({ spec }) => spec.requiresRepublish ?? false,
    ),
    column('Modes', 'string', 'Kinds of volumes that the driver supports.', ({ spec }) =>
      (spec.volumeLifecycleModes ?? []).join(','),
    ),
    age(),
  ],
});
