import { resourcequotas } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const resourceQuota = defineKind({ resource: resourcequotas });
