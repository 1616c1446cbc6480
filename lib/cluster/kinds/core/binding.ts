import { bindings } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const binding = defineKind({ resource: bindings });
