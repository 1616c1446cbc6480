import type { Bilingual } from '../../lib/kit/bilingual.ts';

/** Why the server refused; `shown` is absent where it could not be reached or failed. */
export interface Refusal {
  code: string;
  shown?: Bilingual;
  field?: string;
}

export type Answer = { ok: true; value: unknown } | { ok: false; refusal: Refusal };

/** Calls one of our routes with JSON. Never rejects: a server that cannot be reached is `unreachable`. */
export async function callApi(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<Answer> {
  try {
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      // Notes are saved while the page closes.
      keepalive: method === 'PATCH',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const value: unknown = await response.json().catch(() => undefined);
    if (response.ok) return { ok: true, value };
    const { code = 'failed', ...rest } = (value ?? {}) as Partial<Refusal>;
    return { ok: false, refusal: { code, ...rest } };
  } catch {
    return { ok: false, refusal: { code: 'unreachable' } };
  }
}
