/** An image's name in full: `docker.io/library/nginx`, with its tag or digest. */
export interface Reference {
  repository: string;
  tag?: string;
  digest?: string;
}

const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9-]+)*(?::\d+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** Reads an image's name as the container runtime does; undefined when it is none. */
export function parseReference(text: string): Reference | undefined {
  const [name = '', digest, ...more] = text.split('@');
  if (more.length || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  const path = colon < 0 ? name : name.slice(0, colon);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  const parts = path.split('/');
  const first = parts[0] ?? '';
  const hasDomain = parts.length > 1 && (first.includes('.') || first.includes(':') || first === 'localhost');
  const domain = hasDomain ? first : 'docker.io';
  const components = hasDomain ? parts.slice(1) : parts;
  if (!DOMAIN.test(domain) || components.length === 0 || !components.every((c) => COMPONENT.test(c))) return undefined;
  const official = domain === 'docker.io' && components.length === 1;
  const repository = `${domain}/${official ? 'library/' : ''}${components.join('/')}`;
  return { repository, ...(digest === undefined ? { tag: tag ?? 'latest' } : { digest, ...(tag ? { tag } : {}) }) };
}

/** `docker.io/library/nginx:1.25`. */
export function formatReference(reference: Reference): string {
  const { repository, tag, digest } = reference;
  return `${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
}
