/**
 * What web process and worker say to each other: HTTP over a unix socket, JSON bodies.
 *
 *     POST /attempts/ID/POSITION/open    TaskSpec → OpenTask
 *     POST /attempts/ID/POSITION/grade   TaskSpec → what the proctor says
 *     POST /attempts/ID/POSITION/reset
 *     POST /attempts/ID/freeze
 *     POST /attempts/ID/remove
 *     GET  /health                       → Health
 *     WebSocket /attempts/ID/POSITION/terminals/NUMBER?slug=…&profile=…
 */
export interface Health {
  clusters: number;
}

/** What a worker sends to its parent when it listens. */
export const WORKER_READY = 'drydock worker ready';
