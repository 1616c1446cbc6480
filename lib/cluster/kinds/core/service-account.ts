import { serviceaccounts } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const serviceAccount = defineKind({ resource: serviceaccounts });
