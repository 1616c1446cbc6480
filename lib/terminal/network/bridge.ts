import { createServer, connect, type Server, type Socket } from 'node:net';
import { chmodSync } from 'node:fs';
import type { Clock } from '../../kit/clock.ts';
import type { ByteDuplex, Cluster } from '../../cluster/index.ts';
import { LocalPorts } from './local-ports.ts';
import { socketDuplex } from './socket-duplex.ts';
import { TcpStack, type Dial } from './tcp-stack.ts';

const API_PORT = 6443;
/** The longest first line that a sandbox may send. */
const LONGEST_HELLO = 100;
/** Packets that a sandbox that does not read may leave with us; more are lost, as on any full wire. */
const MOST_QUEUED = 4 * 1024 * 1024;

function unixConnect(path: string): Promise<ByteDuplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('connect', () => resolve(socketDuplex(socket)));
    socket.once('error', (err) => reject(Object.assign(err, { code: 'ECONNREFUSED' })));
  });
}

export interface BridgeOptions {
  /** The socket that the sandbox sees. */
  path: string;
  /** A socket for the cluster's API, which the sandbox does not see. */
  apiPath: string;
  cluster: Cluster;
  /** The node's name. */
  name: string;
  clock: Clock;
}

/**
 * The server's end of a host's network: what programs/machine.ts connects to. A connection says in its first line what
 * it is: `control` (it is told which local ports to listen on), `tun` (IP packets, each after its length in 16 bits), or
 * `dial ADDRESS PORT` (a connection that it accepted on a local port; answered by `y` once it stands, else closed).
 */
export class Bridge {
  readonly #cluster: Cluster;
  readonly #node: string;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #api: Promise<{ close(): Promise<void> }>;
  readonly #apiPath: string;
  readonly #ports: LocalPorts;

  constructor({ path, apiPath, cluster, name, clock }: BridgeOptions) {
    this.#cluster = cluster;
    this.#node = name;
    this.#clock = clock;
    this.#apiPath = apiPath;
    this.#api = cluster.listen({ socketPath: apiPath });
    this.#api.catch(() => undefined);
    this.#ports = new LocalPorts({ cluster, node: name, clock, dial: this.#dial });
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#greet(socket));
    this.#server.listen(path, () => chmodSync(path, 0o666));
  }

  /** Somebody works on the host: notices soon which of its ports open and close. */
  wake(): void {
    this.#ports.wake();
  }

  close(): void {
    this.#ports.stop();
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#api.then((api) => api.close()).catch(() => undefined);
  }

  readonly #dial: Dial = async (host, port) => {
    const controlPlane = this.#cluster.nodes.filter((n) => n.controlPlane);
    const isHere = host === '127.0.0.1' && controlPlane.some((n) => n.name === this.#node);
    if (port === API_PORT && (isHere || controlPlane.some((n) => n.ip === host))) {
      // Not before there is a socket at all: the first look at the node's ports must not find the API missing.
      await this.#api.catch(() => undefined);
      return unixConnect(this.#apiPath);
    }
    return this.#cluster.dial(this.#node, host, port);
  };

  #greet(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let head = Buffer.alloc(0);
    const onData = (data: Buffer) => {
      head = Buffer.concat([head, data]);
      const end = head.indexOf(10);
      if (end < 0 || end > LONGEST_HELLO) {
        if (head.length > LONGEST_HELLO) socket.destroy();
        return;
      }
      socket.off('data', onData);
      socket.pause();
      const rest = head.subarray(end + 1);
      if (rest.length > 0) socket.unshift(rest);
      this.#serve(socket, head.toString('latin1', 0, end).split(' '));
    };
    socket.on('data', onData);
  }

  #serve(socket: Socket, [kind, host, port]: string[]): void {
    if (kind === 'control') this.#ports.follow((line) => socket.write(line));
    else if (kind === 'tun') this.#carryPackets(socket);
    else if (kind === 'dial' && host !== undefined) void this.#carryConnection(socket, host, Number(port));
    else socket.destroy();
    if (kind === 'control') socket.resume();
  }

  #carryPackets(socket: Socket): void {
    const stack = new TcpStack({
      clock: this.#clock,
      dial: this.#dial,
      send: (packet) => {
        if (socket.destroyed || socket.writableLength > MOST_QUEUED) return;
        const size = Buffer.alloc(2);
        size.writeUInt16BE(packet.length);
        socket.write(Buffer.concat([size, packet]));
      },
    });
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      rest = rest.length > 0 ? Buffer.concat([rest, data]) : data;
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const size = rest.readUInt16BE(0);
        stack.receive(rest.subarray(2, 2 + size));
        rest = rest.subarray(2 + size);
      }
    });
    socket.on('close', () => stack.close());
    socket.resume();
  }

  async #carryConnection(socket: Socket, host: string, port: number): Promise<void> {
    try {
      const far = await this.#dial(host, port);
      socket.write('y');
      const near = socketDuplex(socket);
      await Promise.all([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]);
    } catch {
      socket.destroy();
    }
  }
}
