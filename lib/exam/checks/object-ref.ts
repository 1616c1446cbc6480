import { z } from 'zod';
import type { ListRef, ObjectRef } from '../../fleet/index.ts';
import { failed } from './check.ts';
import type { Outcome } from './check.ts';

const kind = { apiVersion: z.string().min(1).default('v1'), kind: z.string().min(1), namespace: z.string().optional() };

/** `apiVersion` may be left out for the core group. */
export const objectRef = z.strictObject({ ...kind, name: z.string().min(1) });
export const listRef = z.strictObject({ ...kind, labelSelector: z.string().optional() });

/** `Deployment web in namespace shop`. */
export function showRef(ref: ObjectRef | ListRef): string {
  const name = 'name' in ref ? ` ${ref.name}` : 's';
  return `${ref.kind}${name}${ref.namespace ? ` in namespace ${ref.namespace}` : ''}`;
}

export function isMissing(ref: ObjectRef): Outcome {
  return failed(showRef(ref), '', { en: `There is no ${showRef(ref)}.`, ko: `${koRef(ref)}이(가) 없습니다.` });
}

/** `네임스페이스 shop의 Deployment web`. */
export function koRef(ref: ObjectRef | ListRef): string {
  const name = 'name' in ref ? ` ${ref.name}` : '';
  return `${ref.namespace ? `네임스페이스 ${ref.namespace}의 ` : ''}${ref.kind}${name}`;
}
