import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { rangeComplaint } from '../../machinery/names-of-numbers.ts';
import { prioritylevelconfigurations } from '../../schema/generated/resources.ts';
import type {
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { validateConditions } from './conditions.ts';
import { validateMandatoryLevel } from './mandatory.ts';

const SPEC = FieldPath.of('spec');
const MAX_QUEUES = 10_000_000;
const HASH_BITS = 60;

function applyDefaults(draft: PriorityLevelConfiguration): void {
  draft.spec ??= { type: '' };
  draft.spec.type ??= '';
  const { limited, exempt } = draft.spec;
  if (exempt) {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  }
  if (limited) {
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
    limited.limitResponse ??= { type: '' };
    limited.limitResponse.type ??= '';
    const { queuing } = limited.limitResponse;
    if (queuing) {
      queuing.handSize ||= 8;
      queuing.queues ||= 64;
      queuing.queueLengthLimit ||= 50;
    }
  }
  draft.status ??= {};
}

/** Bits of hash that dealing a hand out of a deck needs (shuffle sharding). */
function requiredBits(deck: number, hand: number): number {
  let combinations = 1;
  for (let i = 0; i < hand; i++) combinations *= deck - i;
  return Math.ceil(Math.log2(combinations));
}

function validateQueuing(queuing: QueuingConfiguration, at: FieldPath): FieldError[] {
  const { queueLengthLimit = 0, queues = 0, handSize = 0 } = queuing;
  const errors: FieldError[] = [];
  if (queueLengthLimit <= 0) {
    errors.push(invalid(at.child('queueLengthLimit'), queueLengthLimit, 'must be positive'));
  }
  if (queues <= 0) errors.push(invalid(at.child('queues'), queues, 'must be positive'));
  else if (queues > MAX_QUEUES) {
    errors.push(invalid(at.child('queues'), queues, `must not be greater than ${MAX_QUEUES}`));
  }
  const hand = at.child('handSize');
  if (handSize <= 0) errors.push(invalid(hand, handSize, 'must be positive'));
  else if (handSize > queues) {
    errors.push(invalid(hand, handSize, `should not be greater than queues (${queues})`));
  } else if (requiredBits(queues, handSize) > HASH_BITS) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS}`;
    errors.push(invalid(hand, handSize, why));
  }
  return errors;
}

function validateResponse({ type, queuing }: LimitResponse, at: FieldPath): FieldError[] {
  const here = at.child('queuing');
  switch (type) {
    case 'Reject':
      return queuing ? [forbidden(here, 'must be nil if limited.limitResponse.type is not Limited')] : [];
    case 'Queue':
      return queuing
        ? validateQueuing(queuing, here)
        : [required(here, 'must not be empty if limited.limitResponse.type is Limited')];
    default:
      return [notSupported(at.child('type'), type, ['Queue', 'Reject'])];
  }
}

const percent = (at: FieldPath, value: number): FieldError[] =>
  value >= 0 && value <= 100 ? [] : [invalid(at, value, rangeComplaint(0, 100))];

function validateLimited(limited: LimitedPriorityLevelConfiguration, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { nominalConcurrencyShares: shares = 0, borrowingLimitPercent: borrowing } = limited;
  if (shares < 0) errors.push(invalid(at.child('nominalConcurrencyShares'), shares, 'must be a non-negative integer'));
  errors.push(...validateResponse(limited.limitResponse ?? { type: '' }, at.child('limitResponse')));
  errors.push(...percent(at.child('lendablePercent'), limited.lendablePercent ?? 0));
  if (borrowing !== undefined && borrowing < 0) {
    const why = 'if specified, must be a non-negative integer';
    errors.push(invalid(at.child('borrowingLimitPercent'), borrowing, why));
  }
  return errors;
}

function validateSpec({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  if ((metadata.name === 'exempt') !== (spec.type === 'Exempt')) {
    errors.push(invalid(SPEC.child('type'), spec.type, "type must be 'Exempt' if and only if name is 'exempt'"));
  }
  switch (spec.type) {
    case 'Exempt':
      if (spec.limited) {
        errors.push(forbidden(SPEC.child('limited'), 'must be nil if the type is not Limited'));
      }
      break;
    case 'Limited':
      if (spec.exempt) errors.push(forbidden(SPEC.child('exempt'), 'must be nil if the type is Limited'));
      errors.push(
        ...(spec.limited
          ? validateLimited(spec.limited, SPEC.child('limited'))
          : [required(SPEC.child('limited'), 'must not be empty when type is Limited')]),
      );
      break;
    default:
      errors.push(notSupported(SPEC.child('type'), spec.type, ['Exempt', 'Limited']));
  }
  return errors;
}

const queuingOf = ({ spec }: PriorityLevelConfiguration) => spec.limited?.limitResponse?.queuing;

export const priorityLevelConfiguration = defineKind<PriorityLevelConfiguration>({
  resource: prioritylevelconfigurations,
  generation: true,
  defaults: applyDefaults,
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: (object) => [
    ...validateSpec(object),
    ...validateMandatoryLevel(object),
    ...validateConditions(object.status?.conditions),
  ],
  validateStatusUpdate: ({ status }) => validateConditions(status?.conditions),
  columns: [
    name(),
    column('Type', 'string', 'Whether its requests are limited.', ({ spec }) => spec.type),
    column('NominalConcurrencyShares', 'string', 'Its share of the seats.', ({ spec }) =>
      spec.limited ? (spec.limited.nominalConcurrencyShares ?? 0) : '<none>',
    ),
    column('Queues', 'string', 'How many queues it has.', (o) => queuingOf(o)?.queues ?? '<none>'),
    column('HandSize', 'string', 'Queues that a flow may use.', (o) => queuingOf(o)?.handSize ?? '<none>'),
    column('QueueLengthLimit', 'string', 'How long a queue gets.', (o) => queuingOf(o)?.queueLengthLimit ?? '<none>'),
    age(),
  ],
});
