import { secrets } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const secret = defineKind({ resource: secrets });
