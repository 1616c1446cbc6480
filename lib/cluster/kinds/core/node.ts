import { nodes } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const node = defineKind({ resource: nodes });
