import { limitranges } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const limitRange = defineKind({ resource: limitranges });
