import { nameSuffix, uuid } from '../../../kit/random.ts';
import type { ApiResult } from '../../machinery/api-request.ts';
import { formatTime } from '../../machinery/object.ts';
import { StatusError, alreadyExists } from '../../machinery/status-error.ts';
import { StoreConflict } from '../../store/kv.ts';
import { admissionRequest } from '../admission-chain.ts';
import type { Call } from '../core.ts';
import { applySideEffects, asObject, keyOf, kindContext } from '../core.ts';
import { manageFields } from '../field-managers.ts';
import { validateMetadata } from '../metadata-validation.ts';
import { dropRepeatedOwners } from '../owner-references.ts';
import type { StoredObject } from '../strategy.ts';
import { answer } from './answer.ts';
import { draftOf, mustBeValid, settleNamespace, tidyMetadata } from './draft.ts';

const SUFFIX_LENGTH = 5;
const LONGEST_GENERATED_BASE = 63 - SUFFIX_LENGTH;
/** How often a generated name that is taken is made anew. */
const NAME_ATTEMPTS = 8;

/** POST to a collection. */
export async function create(call: Call): Promise<ApiResult> {
  const { strategy } = call.served;
  const draft = draftOf(call, call.body);
  settleNamespace(call, draft);
  dropRepeatedOwners(call, draft, false);
  strategy.defaults(draft);
  return createObject(call, strategy.toStored(draft));
}

/**
 * Creates an object in its stored form, which becomes the store's own: also what an apply or an update may do. `managed`
 * says that its managedFields are as they shall be.
 */
export async function createObject(call: Call, draft: StoredObject, managed = false): Promise<ApiResult> {
  const { core } = call;
  const { strategy } = call.served;
  draft.metadata = { ...draft.metadata };
  // What admission sets is nobody's.
  if (!managed) manageFields(call, draft, undefined);
  await core.admission.admit(admissionRequest(call, 'CREATE', draft, undefined));
  dropRepeatedOwners(call, draft, true);
  strategy.defaultsOfStored(draft);

  const meta = draft.metadata;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
  delete meta.resourceVersion;
  meta.uid = uuid(core.random);
  meta.creationTimestamp = formatTime(core.clock.now());
  const generated = !meta.name && Boolean(meta.generateName);
  for (let attempt = 1; ; attempt++) {
    if (generated) meta.name = generateName(call, meta.generateName ?? '');
    try {
      return await store(call, attempt === 1 ? draft : { ...draft, metadata: { ...meta } });
    } catch (err) {
      if (!generated || attempt === NAME_ATTEMPTS || !isTaken(err)) throw err;
    }
  }
}

const isTaken = (err: unknown) => err instanceof StatusError && err.status.reason === 'AlreadyExists';

function generateName(call: Call, base: string): string {
  return base.slice(0, LONGEST_GENERATED_BASE) + nameSuffix(call.core.random, SUFFIX_LENGTH);
}

async function store(call: Call, draft: StoredObject): Promise<ApiResult> {
  const { core } = call;
  const { strategy } = call.served;
  const context = kindContext(call);
  if (strategy.keepsGeneration) draft.metadata.generation = 1;
  const effects = strategy.prepareForCreate(draft, context);
  const { name } = draft.metadata;
  mustBeValid(call, name, [...validateMetadata(draft.metadata, rulesOf(call)), ...strategy.validate(draft, context)]);
  for (const text of strategy.warnings(draft, undefined)) call.warn(text);
  draft.metadata = tidyMetadata(draft.metadata);
  await core.admission.validate(admissionRequest(call, 'CREATE', draft, undefined));

  const key = keyOf(call, name);
  const existing = core.store.get(key);
  if (existing) throw taken(call, name, asObject(existing));
  if (call.dryRun) return answer(call, 201, draft);
  try {
    const stored = asObject(core.store.put(key, draft, { expect: 'absent' }));
    applySideEffects(core, effects);
    return answer(call, 201, stored);
  } catch (err) {
    if (err instanceof StoreConflict) throw taken(call, name, err.current && asObject(err.current));
    throw err;
  }
}

function rulesOf(call: Call): Parameters<typeof validateMetadata>[1] {
  const { strategy, resource } = call.served;
  return {
    namespaced: resource.namespaced,
    custom: strategy.custom,
    validateName: (name, prefix) => strategy.validateName(name, prefix),
  };
}

/** 409; says so when the object that has the name is on its way out. */
function taken(call: Call, name: string, existing: StoredObject | undefined): StatusError {
  const error = alreadyExists(call.served.resource, name);
  if (!existing?.metadata.deletionTimestamp) return error;
  return new StatusError(409, 'AlreadyExists', `object is being deleted: ${error.message}`, error.status.details);
}
