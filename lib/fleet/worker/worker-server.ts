import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { log } from '../../log.ts';
import type { TaskKey, TaskSpec } from '../fleet.ts';
import type { Health } from '../protocol.ts';
import type { Proctor, TaskClusters } from './task-clusters.ts';
import { attemptFolder, taskFolder } from './task-folder.ts';
import type { Terminals } from './terminals.ts';

export interface WorkerParts {
  dataDir: string;
  clusters: TaskClusters;
  terminals: Terminals;
  proctor: Proctor;
}

const TASK = /^\/attempts\/([^/]+)\/(\d+)\/(open|grade|reset)$/;
const ATTEMPT = /^\/attempts\/([^/]+)\/(freeze|remove)$/;
const TERMINAL = /^\/attempts\/([^/]+)\/(\d+)\/terminals\/(\d+)$/;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += String(part);
  return text ? JSON.parse(text) : {};
}

/** The worker's side of protocol.ts. */
export function createWorkerServer({ dataDir, clusters, terminals, proctor }: WorkerParts): Server {
  async function forTask(what: string, task: TaskSpec): Promise<unknown> {
    if (what === 'reset') {
      terminals.closeTask(task);
      await clusters.end(task);
      await taskFolder(dataDir, task).remove();
      return {};
    }
    const lease = await clusters.use(task);
    try {
      if (what === 'grade') return await proctor.grade(task.slug, lease.access);
      return { nodes: lease.access.nodes };
    } finally {
      lease.release();
    }
  }

  async function forAttempt(what: string, attempt: string): Promise<unknown> {
    terminals.closeAttempt(attempt);
    if (what === 'remove') {
      await clusters.endAttempt(attempt);
      await rm(attemptFolder(dataDir, attempt), { recursive: true, force: true });
    }
    return {};
  }

  async function answer(request: IncomingMessage): Promise<unknown> {
    const { pathname } = new URL(request.url ?? '/', 'http://worker');
    if (pathname === '/health') return { clusters: clusters.count } satisfies Health;
    const [, attempt = '', position = '', what = ''] = TASK.exec(pathname) ?? [];
    if (what) {
      const body = (await bodyOf(request)) as TaskSpec;
      return forTask(what, { ...body, attempt: decodeURIComponent(attempt), position: Number(position) });
    }
    const [, id = '', action = ''] = ATTEMPT.exec(pathname) ?? [];
    if (action) return forAttempt(action, decodeURIComponent(id));
    throw new RangeError(`a worker has nothing at ${pathname}`);
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://worker');
    const [, attempt = '', position, number] = TERMINAL.exec(url.pathname) ?? [];
    if (!attempt) {
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    const key: TaskKey = { attempt: decodeURIComponent(attempt), position: Number(position) };
    const task = { ...key, slug: url.searchParams.get('slug') ?? '', profile: url.searchParams.get('profile') ?? '' };
    terminals.connect(task, Number(number), request, socket, head).catch((err: unknown) => {
      log('terminal could not be opened', { ...task, err });
      socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
    });
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (value) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(value));
      },
      (err: unknown) => {
        log('request failed', { url: request.url, err });
        response.statusCode = 500;
        response.end((err as Error).message);
      },
    );
  });
  // Opening and grading take as long as they take; the web process has limits of its own.
  server.requestTimeout = 0;
  server.on('upgrade', onUpgrade);
  return server;
}
