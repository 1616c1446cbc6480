import { STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { uuid } from '../../../kit/random.ts';
import type { StatusError } from '../../machinery/status-error.ts';
import { badRequest, notFound, notSimulated, statusOf } from '../../machinery/status-error.ts';
import { auditEntry } from '../audit/audited-handler.ts';
import type { Auditor } from '../audit/auditor.ts';
import type { Edge, ResourceRequest } from '../handle.ts';
import { resourceRequest } from '../handle.ts';
import { authenticate } from '../identity.ts';
import type { UpgradeHandler } from '../listener.ts';
import { fetchHeaders } from '../listener.ts';
import type { Peer } from '../options.ts';
import { mustBeAllowed, noSuchResource } from '../pipeline.ts';
import { booleanParameter, parsePath } from '../request-path.ts';
import { commonHeaders, respondError } from '../respond.ts';
import { chooseContainer, findPod, identityOf, kubeletOf } from './pod-target.ts';
import { PORT_FORWARD_CHANNELS, servePortForwardChannels, wantedPorts } from './port-forward-channels.ts';
import { PORT_FORWARD_PROTOCOL, servePortForward } from './port-forward.ts';
import type { WantedStreams } from './remote-command.ts';
import { REMOTE_COMMAND_PROTOCOLS, serveRemoteCommand } from './remote-command.ts';

/** The largest message of a client: its terminal and its port-forwarded bytes come in far smaller ones. */
const LARGEST_MESSAGE = 4 * 1024 * 1024;

/** A stream that was accepted: what to do with the socket, and which sub-protocols it may speak ('': none named). */
interface Accepted {
  protocols: readonly string[];
  /** May throw a StatusError before the connection is taken over. */
  serving(protocol: string): (socket: WebSocket) => Promise<void>;
}

const flag = (query: URLSearchParams, name: string) => booleanParameter(query, name) ?? false;

function wantedStreams(query: URLSearchParams): WantedStreams {
  const wanted = {
    stdin: flag(query, 'stdin'),
    stdout: flag(query, 'stdout'),
    stderr: flag(query, 'stderr'),
    tty: flag(query, 'tty'),
  };
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  return wanted;
}

/** Decides whether a stream may be opened, before the connection is taken over. Throws a StatusError. */
function accept({ core }: Edge, { path, url, user, api }: ResourceRequest): Accepted {
  mustBeAllowed(core, user, { ...api, verb: 'create' });
  const { namespace, name, subresource, group, resource } = path;
  if (group !== '' || resource !== 'pods') throw noSuchResource();
  const query = url.searchParams;
  const pod = findPod(core, namespace, name);
  const identity = identityOf(pod);
  if (subresource === 'portforward') {
    const kubelet = kubeletOf(core, pod);
    if (pod.status?.phase !== 'Running') throw notFound({ group: '', resource: 'pods' }, name);
    const dial = (port: number) => kubelet.portForward(identity, port);
    return {
      protocols: [PORT_FORWARD_PROTOCOL, ...PORT_FORWARD_CHANNELS],
      serving(protocol) {
        if (protocol === PORT_FORWARD_PROTOCOL) return (socket) => servePortForward(socket, dial);
        const ports = wantedPorts(query);
        return (socket) => servePortForwardChannels(socket, ports, dial);
      },
    };
  }
  if (subresource !== 'exec' && subresource !== 'attach') throw noSuchResource();
  const wanted = wantedStreams(query);
  const command = query.getAll('command');
  if (subresource === 'exec' && command.length === 0) throw badRequest('you must specify a command');
  const container = chooseContainer(pod, query.get('container') ?? '');
  const kubelet = kubeletOf(core, pod);
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.ephemeralContainerStatuses ?? []),
  ];
  if (!statuses.some((s) => s.name === container && s.state?.running)) throw containerNotFound(container);
  return {
    protocols: REMOTE_COMMAND_PROTOCOLS,
    serving: () => (socket) =>
      serveRemoteCommand(socket, wanted, (streams) =>
        subresource === 'exec'
          ? kubelet.exec(identity, container, command, streams)
          : kubelet.attach(identity, container, streams).then(() => 0),
      ),
  };
}

/** As the kubelet says it. */
function containerNotFound(container: string): StatusError {
  const error = badRequest(`container not found (${JSON.stringify(container)})`);
  error.status.code = 404;
  error.status.reason = 'NotFound';
  return error;
}

/** Writes a whole HTTP answer to a connection that was not taken over, and ends it. */
async function refuse(socket: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`];
  for (const [name, value] of response.headers) lines.push(`${name}: ${value}`);
  lines.push(`content-length: ${body.length}`, 'connection: close', '', '');
  socket.end(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]));
}

/** Takes over connections for exec, attach and port-forward. */
export function createUpgradeHandler(edge: Edge, auditor?: Auditor): UpgradeHandler {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE });
  // The library refuses names with a slash (`SPDY/3.1+…`): the sub-protocol is settled here, not by it.
  sockets.on('headers', (headers, req: Chosen) => {
    if (req.protocol) headers.push(`Sec-WebSocket-Protocol: ${req.protocol}`);
  });
  const open = async (req: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): Promise<void> => {
    const request = new Request(`https://${req.headers.host ?? 'localhost'}${req.url ?? '/'}`, {
      method: req.method === 'POST' ? 'POST' : 'GET',
      headers: fetchHeaders(req.headers),
    });
    const entry = auditor && (await auditEntry(auditor, edge, request, peer));
    try {
      const url = new URL(request.url);
      const login = await authenticate(edge.options, request, peer);
      const path = parsePath(url.pathname);
      if (path.kind !== 'resource') throw noSuchResource();
      const accepted = accept(edge, resourceRequest(edge.core, login, request, url, path));
      if (req.headers.upgrade?.toLowerCase() !== 'websocket') throw notSimulated('streaming over SPDY');
      const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim());
      const protocol = accepted.protocols.find((p) => offered.includes(p));
      if (protocol === undefined)
        throw badRequest(`unable to upgrade: none of the protocols ${offered.join(', ')} is supported`);
      const serve = accepted.serving(protocol);
      (req as Chosen).protocol = protocol;
      delete req.headers['sec-websocket-protocol'];
      sockets.handleUpgrade(req, socket, head, (ws) => {
        const forget = edge.lifetime.onClose(() => ws.terminate());
        ws.once('close', forget);
        ws.once('close', () => entry?.complete(101));
        entry?.started(101);
        serve(ws).catch(() => ws.terminate());
      });
    } catch (err) {
      entry?.complete(statusOf(err)?.code ?? 500);
      await refuse(socket, await respondError(request, err, commonHeaders(uuid(edge.core.random))));
    }
  };
  return (req, socket, head, peer) => void open(req, socket, head, peer).catch(() => socket.destroy());
}

/** A request whose sub-protocol has been chosen. */
type Chosen = IncomingMessage & { protocol?: string };
