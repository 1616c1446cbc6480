import { replicationcontrollers } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const replicationController = defineKind({ resource: replicationcontrollers });
