import { persistentvolumeclaims } from '../../schema/generated/resources.ts';
import { defineKind } from '../define.ts';

export const persistentVolumeClaim = defineKind({ resource: persistentvolumeclaims });
