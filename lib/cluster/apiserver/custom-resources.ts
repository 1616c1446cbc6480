import type { TypeInfo } from '../machinery/type-info.ts';

/** What a custom resource definition says of one of its versions. */
export interface CustomKind {
  listKind: string;
  type: TypeInfo;
}
