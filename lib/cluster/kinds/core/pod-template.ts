import { podtemplates } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const podTemplate = defineKind({ resource: podtemplates });
