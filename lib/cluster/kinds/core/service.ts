import { services } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const service = defineKind({ resource: services });
