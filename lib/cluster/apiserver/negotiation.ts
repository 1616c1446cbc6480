import { StatusError } from '../machinery/status-error.ts';

export const JSON_TYPE = 'application/json';
export const YAML_TYPE = 'application/yaml';
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
const SERVED = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE];
const SERVED_LIST = SERVED.join(', ');

/** How an answer is to be written, and as what. */
export interface Representation {
  mediaType: string;
  /** `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`; absent for the object itself. */
  as?: string;
  /** The version of meta.k8s.io that `as` is of. */
  asVersion: string;
}

export interface MediaRange {
  type: string;
  parameters: ReadonlyMap<string, string>;
  quality: number;
}

/** The ranges of an Accept header, best first. */
export function parseAccept(header: string): MediaRange[] {
  const ranges = header.split(',').flatMap((part) => {
    const [type = '', ...rest] = part.split(';').map((s) => s.trim());
    if (!type) return [];
    const parameters = new Map(
      rest.map((p): [string, string] => {
        const eq = p.indexOf('=');
        return eq < 0 ? [p, ''] : [p.slice(0, eq).trim().toLowerCase(), p.slice(eq + 1).replace(/^"|"$/g, '')];
      }),
    );
    const quality = Number(parameters.get('q') ?? '1');
    return [{ type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 1 }];
  });
  return ranges.sort((a, b) => b.quality - a.quality);
}

const covers = (range: string, type: string) =>
  range === '*/*' || range === type || range === `${type.split('/')[0]}/*`;

const TRANSFORMS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** What upstream's router says when no representation fits. */
const notAcceptable = () =>
  new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${SERVED_LIST}`, {});

/** What upstream's serializer says when the representation fits, but not what is to be represented. */
const notConvertible = () =>
  new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${SERVED_LIST}`);

/** Chooses how to answer a request for a resource, which may have no table. Throws 406. */
export function negotiate(accept: string | null, hasTable = true): Representation {
  const ranges = accept ? parseAccept(accept) : [];
  if (ranges.length === 0) return { mediaType: JSON_TYPE, asVersion: 'v1' };
  if (!ranges.some((r) => SERVED.some((type) => covers(r.type, type)))) throw notAcceptable();
  for (const { type, parameters } of ranges) {
    const mediaType = SERVED.find((t) => covers(type, t));
    if (!mediaType) continue;
    const as = parameters.get('as');
    if (as === undefined) return { mediaType, asVersion: 'v1' };
    const version = parameters.get('v') ?? 'v1';
    const known = parameters.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1');
    if (known && TRANSFORMS.has(as) && (hasTable || as !== 'Table')) return { mediaType, as, asVersion: version };
  }
  throw notConvertible();
}

/** The same of a watch, which is a stream of events. Throws 406. */
export function negotiateStream(accept: string | null): Representation {
  const representation = negotiate(accept);
  if (representation.mediaType !== YAML_TYPE) return representation;
  const streamed = [JSON_TYPE, PROTOBUF_TYPE].map((type) => `${type};stream=watch`).join(', ');
  throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${streamed}`);
}

const unsupported = () =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${SERVED_LIST}`,
  );

/** The media type of a body that holds an object. Throws 415. */
export function objectMediaType(contentType: string | null): string {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '') return JSON_TYPE;
  if (!SERVED.includes(type)) throw unsupported();
  return type;
}
