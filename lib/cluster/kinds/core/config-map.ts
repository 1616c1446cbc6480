import { configmaps } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const configMap = defineKind({ resource: configmaps });
