import { componentstatuses } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const componentStatus = defineKind({ resource: componentstatuses });
