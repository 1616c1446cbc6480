import { notSimulated } from '../machinery/status-error.ts';
import type { Core } from './core.ts';

/** Answers `/openapi/v2` and `/openapi/v3/…`; undefined for other paths. */
export function openApiDocument(_request: Request, url: URL, _core: Core, _headers: Headers): Response | undefined {
  if (!url.pathname.startsWith('/openapi/')) return undefined;
  throw notSimulated('the OpenAPI document');
}
