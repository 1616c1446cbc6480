import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Clock } from '../../kit/clock.ts';
import { Terminal } from '../../terminal/index.ts';
import type { Hosts } from '../../terminal/index.ts';
import type { TaskKey, TaskSpec } from '../fleet.ts';
import type { TaskClusters } from './task-clusters.ts';
import { taskFolder } from './task-folder.ts';
import { listenToPage, tellClosed } from './terminal-socket.ts';

export interface TerminalsOptions {
  dataDir: string;
  clusters: TaskClusters;
  clock: Clock;
}

interface Open {
  terminal: Terminal;
  sockets: Set<WebSocket>;
}

/** No page sends more in one frame (a large paste). */
const FRAME_MAX = 1024 * 1024;

const keyOf = ({ attempt, position }: TaskKey, number: number): string => `${attempt}/${position}/${number}`;

/** The terminals of this worker's tasks: each lives from its first page until its task's cluster ends. */
export class Terminals {
  readonly #options: TerminalsOptions;
  readonly #open = new Map<string, Open>();
  readonly #upgrades = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX, perMessageDeflate: false });

  constructor(options: TerminalsOptions) {
    this.#options = options;
  }

  /** Joins a page with a terminal of a task, which is made when there is none; its cluster too. */
  async connect(task: TaskSpec, number: number, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const lease = await this.#options.clusters.use(task);
    try {
      const { terminal, sockets } = this.#terminal(task, number, lease.hosts);
      this.#upgrades.handleUpgrade(request, socket, head, (page) => {
        sockets.add(page);
        const view = terminal.attach({ show: (bytes) => page.send(bytes), backlog: () => page.bufferedAmount });
        listenToPage(page, {
          input: (bytes) => view.input(bytes),
          resize: (size) => view.resize(size),
          gone: () => {
            sockets.delete(page);
            view.detach();
            lease.release();
          },
        });
      });
      // A handshake that fails destroys the socket, and no page ever comes to release the lease.
      socket.once('close', () => lease.release());
    } catch (err) {
      lease.release();
      throw err;
    }
  }

  #terminal(task: TaskSpec, number: number, hosts: Hosts): Open {
    const key = keyOf(task, number);
    const known = this.#open.get(key);
    if (known) return known;
    const { dataDir, clock } = this.#options;
    const file = join(taskFolder(dataDir, task).terminals, `${number}.json`);
    const open: Open = { terminal: new Terminal({ hosts, host: 'base', file, clock }), sockets: new Set() };
    this.#open.set(key, open);
    return open;
  }

  /** Ends the terminals whose key begins so; `forGood` tells the pages not to come back. */
  #close(prefix: string, forGood: boolean): void {
    for (const [key, { terminal, sockets }] of this.#open) {
      if (!key.startsWith(prefix)) continue;
      this.#open.delete(key);
      terminal.dispose();
      for (const page of sockets) {
        if (forGood) tellClosed(page);
        else page.close(1012, 'restart');
      }
    }
  }

  /** For a task whose cluster is thrown away. */
  closeTask = (task: TaskKey): void => this.#close(`${task.attempt}/${task.position}/`, true);
  /** For an attempt whose time is over. */
  closeAttempt = (attempt: string): void => this.#close(`${attempt}/`, true);
  /** For a cluster that is stopped because nobody uses it. */
  suspendTask = (task: TaskKey): void => this.#close(`${task.attempt}/${task.position}/`, false);
  /** For the end of this process. */
  stop = (): void => this.#close('', false);
}
