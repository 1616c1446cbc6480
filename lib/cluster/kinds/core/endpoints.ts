import { endpoints } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const endpointsKind = defineKind({ resource: endpoints });
