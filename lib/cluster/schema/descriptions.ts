import { schemaText } from './schema-files.ts';

/** What describes a schema ('') and its fields, by the schema's full name. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A field of a schema: `{ schema: 'io.k8s.api.apps.v1.DeploymentStatus', field: 'updatedReplicas' }`. */
export interface SchemaField {
  schema: string;
  field: string;
}

let kept: Descriptions | undefined;

/** Upstream's texts about the types that all kinds share, and about those that table columns refer to. */
export const sharedDescriptions = (): Descriptions =>
  (kept ??= JSON.parse(schemaText('generated/openapi/descriptions.json')) as Descriptions);

/** Upstream's text about one of these fields; '' where it was not to be had. */
export const descriptionOf = ({ schema, field }: SchemaField): string => sharedDescriptions()[schema]?.[field] ?? '';
