import { pods } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const pod = defineKind({ resource: pods });
