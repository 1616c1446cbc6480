/** Where to go after signing in: a page of ours, never another site's. */
export function safeNext(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])[\w\-./]*$/.test(next) ? next : '/home';
}
