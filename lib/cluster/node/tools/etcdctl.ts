import { resolve } from 'node:path';
import type { EtcdDatabase } from '../etcd-database.ts';
import { encodeProtobuf } from '../../schema/protobuf.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { parseApiVersion } from '../../machinery/resource.ts';
import { ETCD_VERSION, memberOf, reach, STORAGE_VERSION, type EtcdMember, type Reach } from './etcd-endpoint.ts';
import { commandLine } from './flags.ts';
import { notSimulatedTool, type NodeTool, type ToolContext, type ToolIo } from './node-tool.ts';
import { boxTable } from './text-table.ts';

const BOOLEANS = [
  'prefix', 'keys-only', 'count-only', 'print-value-only', 'from-key', 'cluster', 'insecure-skip-tls-verify', 'insecure-transport',
  'debug', 'help', 'rev-sort', 'prev-kv', 'hex',
]; // prettier-ignore
const LETTERS = { w: 'write-out', h: 'help' };
const DEADLINE = 'context deadline exceeded';
const MB = 1_000_000;

const size = (bytes: number) => (bytes < MB ? `${Math.round(bytes / 1000)} kB` : `${(bytes / MB).toPrecision(2)} MB`);

/** A value as the API server stores it: protobuf, or JSON for custom resources. */
function valueOf(object: KubeObject): Buffer {
  const { apiVersion = '', kind = '' } = object;
  const encoded = encodeProtobuf({ ...parseApiVersion(apiVersion), kind }, object);
  return encoded ? Buffer.from(encoded) : Buffer.from(`${JSON.stringify(object)}\n`);
}

interface Call {
  flags: ReadonlyMap<string, string>;
  operands: readonly string[];
  endpoints: readonly string[];
  io: ToolIo;
  context: ToolContext;
  member: EtcdMember;
}

const usesJson = (call: Call) => call.flags.get('write-out') === 'json';

/** Reaches the first endpoint, or says why not. */
async function connect(call: Call): Promise<EtcdDatabase | number> {
  const { io, context, flags } = call;
  const found = reach(call.endpoints[0] ?? '', flags, io, context);
  if (found.kind === 'ok') return found.database;
  if (found.kind === 'refused') return io.fail(128, `Error: ${found.error}\n`);
  await io.err(retryLine(call));
  return io.fail(1, `Error: ${DEADLINE}\n`);
}

const retryLine = ({ context, endpoints }: Call) =>
  `${JSON.stringify({ level: 'warn', ts: new Date(context.clock.now()).toISOString(), logger: 'etcd-client', caller: 'v3@v3.6.8/retry_interceptor.go:65', msg: 'retrying of unary invoker failed', target: `etcd-endpoints://0xc000366000/${endpoints[0]}`, attempt: 0, error: 'rpc error: code = DeadlineExceeded desc = context deadline exceeded' })}\n`;

async function get(call: Call): Promise<number> {
  const { flags, io } = call;
  const [key, end] = call.operands;
  if (key === undefined)
    return io.fail(128, 'Error: get command needs one argument as key and an optional argument as range_end\n');
  const database = await connect(call);
  if (typeof database === 'number') return database;
  const has = (name: string) => flags.get(name) === 'true';
  const wanted = (k: string) =>
    has('prefix')
      ? k.startsWith(key)
      : has('from-key')
        ? k >= key
        : end === undefined
          ? k === key
          : k >= key && k < end;
  const all = [...database.entries()].filter(([k]) => wanted(k));
  const found = all.slice(0, Number(flags.get('limit') ?? 0) || undefined);
  if (usesJson(call)) {
    const kvs = found.map(([k, object]) => ({
      key: Buffer.from(k).toString('base64'),
      create_revision: Number(object.metadata.resourceVersion),
      mod_revision: Number(object.metadata.resourceVersion),
      version: 1,
      ...(!has('keys-only') && { value: valueOf(object).toString('base64') }),
    }));
    const body = {
      header: header(call, database),
      ...(!has('count-only') && kvs.length && { kvs }),
      count: all.length,
    };
    await io.out(`${JSON.stringify(body)}\n`);
    return 0;
  }
  if (flags.has('write-out') && flags.get('write-out') !== 'simple')
    return notSimulatedTool(io, 'etcdctl', `get -w ${flags.get('write-out')}`);
  if (has('count-only')) return 0;
  for (const [k, object] of found) {
    if (!has('print-value-only')) await io.out(`${k}\n`);
    if (has('keys-only')) await io.out('\n');
    else await io.out(Buffer.concat([valueOf(object), Buffer.from('\n')]));
  }
  return 0;
}

function header({ member }: Call, database: EtcdDatabase) {
  return {
    cluster_id: Number(BigInt(`0x${member.clusterId}`)),
    member_id: Number(BigInt(`0x${member.id}`)),
    revision: database.revision,
    raft_term: 2,
  };
}

async function del(call: Call): Promise<number> {
  const [key] = call.operands;
  if (key === undefined)
    return call.io.fail(128, 'Error: del command needs one argument as key and an optional argument as range_end\n');
  const database = await connect(call);
  if (typeof database === 'number') return database;
  const wanted = call.flags.get('prefix') === 'true' ? (k: string) => k.startsWith(key) : (k: string) => k === key;
  const doomed = [...database.entries()].map(([k]) => k).filter(wanted);
  await call.io.out(`${doomed.filter((k) => database.delete(k)).length}\n`);
  return 0;
}

async function memberList(call: Call): Promise<number> {
  const database = await connect(call);
  if (typeof database === 'number') return database;
  const { io, member } = call;
  const row = [member.id, 'started', member.name, member.peerUrls, member.clientUrls, 'false'];
  if (usesJson(call)) {
    const members = [
      {
        ID: header(call, database).member_id,
        name: member.name,
        peerURLs: [member.peerUrls],
        clientURLs: [member.clientUrls],
      },
    ];
    await io.out(`${JSON.stringify({ header: header(call, database), members })}\n`);
  } else if (call.flags.get('write-out') === 'table')
    await io.out(boxTable(['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'], [row]));
  else await io.out(`${row.join(', ')}\n`);
  return 0;
}

async function endpointHealth(call: Call): Promise<number> {
  const { io, context, flags } = call;
  const results: { endpoint: string; reach: Reach }[] = [];
  for (const endpoint of call.endpoints) results.push({ endpoint, reach: reach(endpoint, flags, io, context) });
  const fault = results.find((r) => r.reach.kind === 'refused')?.reach;
  if (fault?.kind === 'refused') return io.fail(128, `Error: ${fault.error}\n`);
  const rows = results.map(({ endpoint, reach: { kind } }) =>
    kind === 'ok'
      ? { endpoint, health: true, took: '8.104211ms' }
      : { endpoint, health: false, took: '5.001256042s', error: DEADLINE },
  );
  const format = flags.get('write-out');
  if (format === 'json') await io.out(`${JSON.stringify(rows)}\n`);
  else if (format === 'table') {
    const cells = rows.map((r) => [r.endpoint, String(r.health), r.took, 'error' in r ? DEADLINE : '']);
    await io.out(boxTable(['ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'], cells));
  } else {
    for (const { endpoint, health, took } of rows) {
      if (health) await io.out(`${endpoint} is healthy: successfully committed proposal: took = ${took}\n`);
      else await io.err(`${retryLine(call)}${endpoint} is unhealthy: failed to commit proposal: ${DEADLINE}\n`);
    }
  }
  return rows.every((r) => r.health) ? 0 : io.fail(1, 'Error: unhealthy cluster\n');
}

const STATUS_HEADER = [
  'ENDPOINT', 'ID', 'VERSION', 'STORAGE VERSION', 'DB SIZE', 'IN USE', 'PERCENTAGE NOT IN USE', 'QUOTA', 'IS LEADER', 'IS LEARNER',
  'RAFT TERM', 'RAFT INDEX', 'RAFT APPLIED INDEX', 'ERRORS', 'DOWNGRADE TARGET VERSION', 'DOWNGRADE ENABLED',
]; // prettier-ignore

async function endpointStatus(call: Call): Promise<number> {
  const database = await connect(call);
  if (typeof database === 'number') return database;
  const { io, member } = call;
  const [endpoint = ''] = call.endpoints;
  const used = database.snapshot().length;
  const total = Math.ceil((used * 1.2) / 4096) * 4096;
  const index = database.revision + 1024;
  if (usesJson(call)) {
    const status = {
      header: header(call, database),
      version: ETCD_VERSION,
      dbSize: total,
      leader: header(call, database).member_id,
      raftIndex: index,
      raftTerm: 2,
      raftAppliedIndex: index,
      dbSizeInUse: used,
      storageVersion: STORAGE_VERSION,
      dbSizeQuota: 2_147_483_648,
      downgradeInfo: {},
    };
    await io.out(`${JSON.stringify([{ Endpoint: endpoint, Status: status }])}\n`);
    return 0;
  }
  const spare = `${Math.round((1 - used / total) * 100)}%`;
  const row = [
    endpoint, member.id, ETCD_VERSION, STORAGE_VERSION, size(total), size(used), spare, '2.1 GB', 'true', 'false', '2', `${index}`,
    `${index}`, '', '', 'false',
  ]; // prettier-ignore
  await io.out(call.flags.get('write-out') === 'table' ? boxTable(STATUS_HEADER, [row]) : `${row.join(', ')}\n`);
  return 0;
}

async function snapshotSave(call: Call): Promise<number> {
  const { io, context } = call;
  const [path] = call.operands;
  if (path === undefined) return io.fail(128, 'Error: snapshot save expects one argument\n');
  const database = await connect(call);
  if (typeof database === 'number') return database;
  const file = resolve(io.call.cwd, path);
  const folder = file.slice(0, file.lastIndexOf('/')) || '/';
  if (!context.disk.fs.exists(folder))
    return io.fail(1, `Error: could not open ${path}.part (open ${path}.part: no such file or directory)\n`);
  if (io.call.uid !== 0 && (context.disk.fs.stat(folder).mode & 0o002) === 0)
    return io.fail(1, `Error: could not open ${path}.part (open ${path}.part: permission denied)\n`);
  const log = (caller: string, msg: string, more: object = {}) =>
    `${JSON.stringify({ level: 'info', ts: new Date(context.clock.now()).toISOString(), caller, msg, ...more })}\n`;
  await io.err(log('snapshot/v3_snapshot.go:83', 'created temporary db file', { path: `${path}.part` }));
  await io.err(log('snapshot/v3_snapshot.go:96', 'fetching snapshot', { endpoint: call.endpoints[0] }));
  const bytes = database.snapshot();
  context.disk.write(file, bytes, 0o600);
  await io.err(log('snapshot/v3_snapshot.go:130', 'saved', { path }));
  await io.out(`Snapshot saved at ${path}\nServer version ${STORAGE_VERSION}\n`);
  return 0;
}

const SNAPSHOT_HELP = `NAME:
  snapshot - Manages etcd node snapshots

USAGE:
  etcdctl snapshot <subcommand> [flags]

API VERSION:
  3.6


COMMANDS:
  save    Stores an etcd node backend snapshot to a given file

OPTIONS:
  -h, --help[=false]    help for snapshot

`;

async function snapshot(call: Call): Promise<number> {
  await call.io.out(SNAPSHOT_HELP);
  return 0;
}

async function defrag(call: Call): Promise<number> {
  const database = await connect(call);
  if (typeof database === 'number') return database;
  await call.io.out(`Finished defragmenting etcd member[${call.endpoints[0]}]. took 41.310172ms\n`);
  return 0;
}

async function alarmList(call: Call): Promise<number> {
  const database = await connect(call);
  return typeof database === 'number' ? database : 0;
}

async function version({ io }: Call): Promise<number> {
  await io.out(`etcdctl version: ${ETCD_VERSION}\nAPI version: 3.6\n`);
  return 0;
}

/** Longest first: `snapshot save` before `snapshot`. */
const COMMANDS: readonly (readonly [words: string, run: (call: Call) => Promise<number>])[] = [
  ['snapshot save', snapshotSave],
  ['snapshot', snapshot],
  ['member list', memberList],
  ['endpoint health', endpointHealth],
  ['endpoint status', endpointStatus],
  ['alarm list', alarmList],
  ['get', get],
  ['del', del],
  ['defrag', defrag],
  ['version', version],
];

/** The client of etcd: reads, deletes, and saves snapshots of the cluster's database. */
export const etcdctl: NodeTool = {
  name: 'etcdctl',
  async run(args, io, context) {
    const { flags: given, operands } = commandLine(args, BOOLEANS, LETTERS);
    const flags = new Map(given);
    for (const [name, value] of Object.entries(io.call.env)) {
      const flag = /^ETCDCTL_(.*)$/.exec(name)?.[1]?.toLowerCase().replaceAll('_', '-');
      if (flag && flag !== 'api' && !flags.has(flag)) flags.set(flag, value);
    }
    const line = operands.join(' ');
    const found = COMMANDS.find(([words]) => line === words || line.startsWith(`${words} `));
    if (!found)
      return notSimulatedTool(
        io,
        'etcdctl',
        operands.length ? JSON.stringify(operands.slice(0, 2).join(' ')) : 'its help',
      );
    const endpoints = (flags.get('endpoints') ?? '127.0.0.1:2379').split(',');
    const rest = operands.slice(found[0].split(' ').length);
    return found[1]({ flags, operands: rest, endpoints, io, context, member: memberOf(context) });
  },
};
