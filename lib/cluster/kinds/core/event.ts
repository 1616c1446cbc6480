import { events } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const event = defineKind({ resource: events });
