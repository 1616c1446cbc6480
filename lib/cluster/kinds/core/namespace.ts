import { namespaces } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const namespace = defineKind({ resource: namespaces });
