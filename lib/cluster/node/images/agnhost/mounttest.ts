import type { Entry } from '../../runtime/fs/tree.ts';
import { isFsError } from '../../runtime/fs/fs-error.ts';
import type { Process, Program } from '../../runtime/process.ts';
import { Flags } from './subcommand.ts';

const CONTENT = 'mount-tester new file\n';
/** What statfs(2) calls a file system that is no tmpfs: ext4. */
const EXT4_MAGIC = 0xef53;
const LOOK_AGAIN_MS = 2_000;

/** `agnhost mounttest`: writes files and tells type, mode, owner and content of what is mounted. The order is fixed. */
export const mounttest: Program = async (p, args) => {
  const flags = new Flags(args);
  let failed = false;
  const step = async (flag: string, work: (path: string) => Promise<unknown>, whenNot: string) => {
    const path = flags.text(flag);
    if (!path) return;
    try {
      await work(path);
    } catch (err) {
      if (!isFsError(err)) throw err;
      failed = true;
      await p.print(`${whenNot} ${JSON.stringify(path)}: open ${path}: ${err.message.toLowerCase()}\n`);
    }
  };
  const name = (path: string) => JSON.stringify(path);
  const read = async (path: string) => p.print(`content of file ${name(path)}: ${p.fs.readText(path)}\n`);
  await step(
    'fs_type',
    async (path) => p.print(`mount type of ${name(path)}: ${fsType(p, path)}\n`),
    'error from statfs',
  );
  for (const mode of ['0644', '0666', '0660', '0777']) {
    await step(
      `new_file_${mode}`,
      async (path) => {
        // The program clears its umask first, so the mode is as given.
        p.fs.writeFile(path, CONTENT, { mode: parseInt(mode, 8) });
        await read(path);
      },
      'error writing new file',
    );
  }
  await step('file_mode', async (path) => p.print(`mode of file ${name(path)}: ${goMode(p.fs.stat(path))}\n`), 'error from Stat'); // prettier-ignore
  await step('file_perm', async (path) => p.print(`perms of file ${name(path)}: ${permissions(p.fs.stat(path))}\n`), 'error from Stat'); // prettier-ignore
  await step(
    'file_owner',
    async (path) => {
      const { uid, gid } = p.fs.stat(path);
      await p.print(`owner UID of ${name(path)}: ${uid}\nowner GID of ${name(path)}: ${gid}\n`);
    },
    'error from stat',
  );
  await step('file_content', read, 'error reading file content for');
  const watched = flags.text('file_content_in_loop');
  if (watched && !(await readInLoop(p, watched, flags))) failed = true;
  return failed ? 1 : 0;
};

async function readInLoop(p: Process, path: string, flags: Flags): Promise<boolean> {
  const until = p.world.clock.now() + flags.number('retry_time', 180) * 1000;
  const once = flags.text('break_on_expected_content', 'true') === 'true';
  let readable = true;
  for (; p.world.clock.now() < until; await p.sleep(LOOK_AGAIN_MS)) {
    readable = p.fs.exists(path);
    if (!readable) {
      await p.print(`Error reading file ${path}: open ${path}: no such file or directory, retrying\n`);
      continue;
    }
    const content = p.fs.readText(path);
    await p.print(`content of file ${JSON.stringify(path)}: ${content}\n`);
    if (!once) continue;
    if (content === CONTENT) break;
    await p.print(`Unexpected content. Expected: ${CONTENT}. Retrying`);
  }
  return readable;
}

function fsType(p: Process, path: string): string {
  const real = p.fs.realpath(path);
  const mount = p.fs.mounts
    .filter((m) => real === m.path || real.startsWith(m.path === '/' ? '/' : `${m.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return mount?.fsType === 'tmpfs' ? 'tmpfs' : String(EXT4_MAGIC);
}

const RWX = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'] as const;

function permissions({ mode }: Entry): string {
  return `-${[6, 3, 0].map((shift) => RWX[(mode >> shift) & 7]).join('')}`;
}

/** A mode as Go prints it: letters of its kind and special bits, then nine of its permissions. */
function goMode(entry: Entry): string {
  const { mode, type } = entry;
  const letters = [
    type === 'dir' ? 'd' : '',
    type === 'symlink' ? 'L' : '',
    mode & 0o4000 ? 'u' : '',
    mode & 0o2000 ? 'g' : '',
    mode & 0o1000 ? 't' : '',
  ].join('');
  return `${letters || '-'}${permissions(entry).slice(1)}`;
}
