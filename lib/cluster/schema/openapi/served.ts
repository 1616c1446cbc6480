import { schemaBytes, schemaText } from '../schema-files.ts';
import { swaggerProtobuf } from './swagger-protobuf.ts';

let index: Readonly<Record<string, string>> | undefined;

/** `api/v1`, `apis/apps/v1` … → the hash of that group version's document. */
export function openApiIndex(): Readonly<Record<string, string>> {
  return (index ??= JSON.parse(schemaText('generated/openapi/index.json')) as Record<string, string>);
}

/** The text of a built-in group version's document (`apis/apps/v1`); undefined for one that is not built in. */
export function openApiV3Text(path: string): string | undefined {
  return Object.hasOwn(openApiIndex(), path)
    ? schemaText(`generated/openapi/${path.replaceAll('/', '__')}.json`)
    : undefined;
}

/** The text of `/openapi/v2`, with definitions that stand behind those of the built-in kinds. */
export function openApiV2Text(custom: Readonly<Record<string, unknown>>): string {
  const text = schemaText('generated/openapi/v2.json');
  const added = JSON.stringify(custom).slice(1, -1);
  // The definitions are the last member of the document.
  return added === '' ? text : `${text.trimEnd().slice(0, -2)},${added}}}`;
}

/** The same in its protobuf form. */
export const openApiV2Bytes = (custom: Readonly<Record<string, unknown>>): Uint8Array =>
  Buffer.concat([schemaBytes('generated/openapi/v2.pb'), swaggerProtobuf({ definitions: custom })]);

/** What `/openapi/v3` answers, for these paths and hashes. */
export function openApiV3Index(hashes: Readonly<Record<string, string>>): Record<string, unknown> {
  const paths = Object.entries(hashes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, hash]) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]);
  return { paths: Object.fromEntries(paths) };
}
