import { persistentvolumes } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const persistentVolume = defineKind({ resource: persistentvolumes });
