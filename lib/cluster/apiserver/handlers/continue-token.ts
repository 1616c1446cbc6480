import { isJsonObject } from '../../machinery/object.ts';
import { type StatusError, badRequest, gone } from '../../machinery/status-error.ts';
import { readJson } from '../../schema/json-reader.ts';

/** Where the next page of a list begins, and of which state it is: 0 and up, or LATEST. */
export interface PageStart {
  revision: number;
  /** The key after which it begins. */
  after: string;
}

/** Of a page that goes on in the present state, since the list's own has been forgotten. */
export const LATEST = -1;

const VERSION = 'meta.k8s.io/v1';

/** `{"v":"meta.k8s.io/v1","rv":7,"start":"default/web\u0000"}` in base64: keys are told from where the list's range begins. */
export function writeContinue({ revision, after }: PageStart, range: string): string {
  const token = { v: VERSION, rv: revision, start: `${after.slice(range.length)}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

const invalidToken = (why: string) => badRequest(`invalid continue token: continue key is not valid${why}`);

/** The bytes of base64 without padding, for URLs; complains as Go's decoder does. */
function decode(text: string): string {
  const wrong = text.search(/[^A-Za-z0-9_-]/);
  const at = wrong < 0 && text.length % 4 === 1 ? text.length - 1 : wrong;
  if (at >= 0) throw invalidToken(`: illegal base64 data at input byte ${at}`);
  return Buffer.from(text, 'base64url').toString();
}

/** Reads a token of `?continue=`. Throws 400. */
export function readContinue(text: string, range: string): PageStart {
  const read = readJson(decode(text));
  if (!read.ok) throw invalidToken(`: ${read.error}`);
  const { v = '', rv = 0, start = '' } = isJsonObject(read.value) ? read.value : {};
  if (v !== VERSION) throw invalidToken(`: server does not recognize this encoded version ${String(v)}`);
  if (typeof rv !== 'number' || rv === 0) {
    throw invalidToken(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '') {
    throw invalidToken(': encoded start key empty (version meta.k8s.io/v1)');
  }
  if (start.split('/').some((part, i) => part === '.' || part === '..' || (part === '' && i > 0))) {
    throw invalidToken(`: ${start}`);
  }
  return { revision: rv, after: range + start.replace(/^\//, '').split('\u0000', 1)[0] };
}

/** What a list's next page is refused with when its state has been forgotten: with a token that goes on in the present one. */
export function pageExpired({ after }: PageStart, range: string): StatusError {
  const expired = gone(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
      'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
      'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
      'deleted between the time the first chunk was returned and now may show up in the list.',
  );
  expired.status.metadata['continue'] = writeContinue({ revision: LATEST, after }, range);
  return expired;
}
