import { mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../cluster/index.ts';
import { systemClock } from '../kit/clock.ts';
import { isAccount } from './host.ts';
import { Hosts } from './hosts.ts';
import type { HostCommand, Invocation } from './machine.ts';

/** What another process asks of a running cluster: how to run a command on one of its hosts. */
export interface ControlRequest extends HostCommand {
  /** Absent: the control plane. */
  host?: string;
}

const LONGEST_REQUEST = 1024 * 1024;

/** In the cluster's folder; leads to the socket, whose own path has to be short. */
const linkIn = (dir: string) => join(dir, 'control.sock');

function parseRequest(text: string): ControlRequest | undefined {
  try {
    const { host, account, argv, cwd, term } = JSON.parse(text) as Record<string, unknown>;
    if (typeof account !== 'string' || !isAccount(account) || !Array.isArray(argv)) return undefined;
    return {
      ...(typeof host === 'string' ? { host } : {}),
      account,
      argv: argv.map(String),
      ...(typeof cwd === 'string' ? { cwd } : {}),
      ...(typeof term === 'string' ? { term } : {}),
    };
  } catch {
    return undefined;
  }
}

/**
 * Opens a running cluster's hosts to other processes of the same user: `DIR/control.sock` leads to them. `closed` ends
 * every process on the hosts.
 */
export async function serveControl(cluster: Cluster, dir: string): Promise<{ close(): Promise<void> }> {
  const hosts = new Hosts({
    clock: systemClock,
    find: (name) => {
      const node = cluster.nodes.find((n) => n.name === name || n.ip === name);
      return Promise.resolve(node && { name: node.name, disk: node.disk, node: { cluster, name: node.name } });
    },
  });
  const main = (cluster.nodes.find((n) => n.controlPlane) ?? cluster.nodes[0])?.name ?? '';
  const answer = async (text: string) => {
    const request = parseRequest(text);
    if (!request) return { error: 'not a request' };
    const { host = main, ...command } = request;
    if (!cluster.nodes.some((n) => n.name === host))
      return {
        error: `there is no host ${JSON.stringify(host)}; the cluster has ${cluster.nodes.map((n) => n.name).join(', ')}`,
      };
    return hosts
      .invocation(host, command)
      .catch((err: unknown) => ({ error: err instanceof Error ? err.message : String(err) }));
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (data: Buffer) => {
      text += data.toString();
      if (text.length > LONGEST_REQUEST) socket.destroy();
    });
    socket.on('end', () => void answer(text).then((reply) => socket.end(JSON.stringify(reply))));
  });
  // Only this user may enter the directory, and so connect.
  const home = mkdtempSync(join(tmpdir(), 'drydock-control-'));
  const path = join(home, 'control');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  rmSync(linkIn(dir), { force: true });
  symlinkSync(path, linkIn(dir));
  return {
    close: async () => {
      server.close();
      rmSync(linkIn(dir), { force: true });
      await hosts.dispose();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Asks the process that runs the cluster of `dir`; rejects with a sentence for the user. */
export function askControl(dir: string, request: ControlRequest): Promise<Invocation> {
  let path: string;
  try {
    path = readlinkSync(linkIn(dir));
  } catch {
    return Promise.reject(
      new Error(`no cluster runs in ${dir}; start one with: npm run cluster -- --kubeconfig FILE --dir ${dir}`),
    );
  }
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => socket.end(JSON.stringify(request)));
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
    });
    socket.on('error', () => reject(new Error(`the cluster of ${dir} does not run any more`)));
    socket.on('end', () => {
      const reply = JSON.parse(text || '{"error":"no answer"}') as Invocation | { error: string };
      if ('error' in reply) reject(new Error(reply.error));
      else resolve(reply);
    });
  });
}
