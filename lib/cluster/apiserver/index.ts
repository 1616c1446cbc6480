/** The API server: see createApiServer. */
export { createApiServer } from './api-server.ts';
export type * from './options.ts';
