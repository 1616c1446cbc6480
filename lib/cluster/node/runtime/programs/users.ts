import type { FileSystem } from '../fs/file-system.ts';

/** The name of a uid (or gid) in /etc/passwd (/etc/group); the number itself when there is none. */
export function ownerName(fs: FileSystem, id: number, file = '/etc/passwd'): string {
  return findName(fs, id, file) ?? String(id);
}

export function findName(fs: FileSystem, id: number, file = '/etc/passwd'): string | undefined {
  let text = '';
  try {
    text = fs.readText(file);
  } catch {
    return id === 0 ? 'root' : undefined;
  }
  return text
    .split('\n')
    .find((line) => line.split(':')[2] === String(id))
    ?.split(':')[0];
}
