import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { readSnapshotHead } from '../etcd-database.ts';
import { ETCD_VERSION, openFile, STORAGE_VERSION } from './etcd-endpoint.ts';
import { commandLine } from './flags.ts';
import { notSimulatedTool, type NodeTool, type ToolContext, type ToolIo } from './node-tool.ts';
import { boxTable } from './text-table.ts';

const BOOLEANS = ['skip-hash-check', 'mark-compacted', 'help'];
const MB = 1_000_000;

async function status(path: string, format: string, io: ToolIo, context: ToolContext): Promise<number> {
  const file = openFile(path, io, context);
  if (!file.ok) return io.fail(1, `Error: ${file.error.replace(/^open (.*no such file)/, 'stat $1')}\n`);
  const bytes = Buffer.from(file.text);
  const head = readSnapshotHead(bytes);
  if (!head) return io.fail(1, 'Error: snapshot file integrity check failed. invalid database\n');
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const version = STORAGE_VERSION;
  if (format === 'json') {
    const body = { hash: parseInt(hash, 16), revision: head.revision, totalKey: head.keys, totalSize: bytes.length };
    await io.out(`${JSON.stringify({ ...body, version })}\n`);
    return 0;
  }
  const size = bytes.length < MB ? `${Math.round(bytes.length / 1000)} kB` : `${(bytes.length / MB).toPrecision(2)} MB`;
  const row = [hash, String(head.revision), String(head.keys), size, version];
  await io.out(
    format === 'table'
      ? boxTable(['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE', 'VERSION'], [row])
      : `${row.join(', ')}\n`,
  );
  return 0;
}

async function restore(path: string, given: string | undefined, io: ToolIo, context: ToolContext): Promise<number> {
  const { disk, clock } = context;
  const dataDir = given ?? 'default.etcd';
  const dir = resolve(io.call.cwd, dataDir);
  const file = openFile(path, io, context);
  if (!file.ok) return io.fail(1, `Error: ${file.error}\n`);
  if (disk.list(dir).length) return io.fail(1, `Error: data-dir "${dataDir}" not empty or could not be read\n`);
  if (!readSnapshotHead(Buffer.from(file.text)))
    return io.fail(1, 'Error: snapshot missing hash but --skip-hash-check=false\n');
  if (io.call.uid !== 0) return io.fail(1, `Error: mkdir ${dataDir}: permission denied\n`);
  const member = { 'data-dir': dataDir, 'wal-dir': `${dataDir}/member/wal`, 'snap-dir': `${dataDir}/member/snap` };
  const log = (...parts: string[]) =>
    io.err(`${[new Date(clock.now()).toISOString().replace('Z', '+0000'), 'info', ...parts].join('\t')}\n`);
  const opens = async () => {
    await log('bbolt', 'backend/backend.go:203', `Opening db file (${dataDir}/member/snap/db) with mode -rw-------`);
    await log('bbolt', 'bbolt@v1.4.3/db.go:322', `Opening bbolt db (${dataDir}/member/snap/db) successfully`);
  };
  const about = JSON.stringify({ path, ...member });
  await log('snapshot/v3_snapshot.go:305', 'restoring snapshot', about);
  await opens();
  await log('schema/membership.go:138', 'Trimming membership information from the backend...');
  await opens();
  for (const sub of ['', '/member', '/member/snap', '/member/wal'])
    if (!disk.fs.exists(dir + sub)) disk.fs.mkdir(dir + sub, { recursive: sub === '', mode: 0o700 });
  await log('membership/cluster.go:424', 'added member', '{"local-member-id":"0"}');
  disk.write(`${dir}/member/snap/db`, file.text, 0o600);
  disk.write(`${dir}/member/snap/0000000000000001-0000000000000001.snap`, '', 0o644);
  disk.write(`${dir}/member/wal/0000000000000000-0000000000000000.wal`, '', 0o600);
  await opens();
  await log('snapshot/v3_snapshot.go:333', 'restored snapshot', about);
  return 0;
}

/** Works on etcd's files: looks into snapshots and makes data directories of them. */
export const etcdutl: NodeTool = {
  name: 'etcdutl',
  async run(args, io, context) {
    const { flags, operands } = commandLine(args, BOOLEANS, { w: 'write-out', h: 'help' });
    const [noun, verb, path] = operands;
    if (noun === 'version') {
      await io.out(`etcdutl version: ${ETCD_VERSION}\nAPI version: 3.6\n`);
      return 0;
    }
    if (noun !== 'snapshot' || (verb !== 'status' && verb !== 'restore'))
      return notSimulatedTool(
        io,
        'etcdutl',
        operands.length ? JSON.stringify(operands.slice(0, 2).join(' ')) : 'its help',
      );
    if (path === undefined) return io.fail(128, `Error: snapshot ${verb} requires exactly one argument\n`);
    return verb === 'status'
      ? status(path, flags.get('write-out') ?? 'simple', io, context)
      : restore(path, flags.get('data-dir'), io, context);
  },
};
