import { readProjectJson } from '../../kit/project-file.ts';
import type { ProfileObject } from './profile.ts';

const FACTS = 'lib/cluster/profiles/facts';

let objects: readonly ProfileObject[] | undefined;
let files: Record<string, Record<string, string>> | undefined;

/** Every object of a fresh three-node cluster of kubeadm 1.36, as recorded. */
export function recordedObjects(): readonly ProfileObject[] {
  objects ??= readProjectJson(FACTS, 'objects.json') as ProfileObject[];
  return objects;
}

/** The files that kubeadm wrote on the recorded control plane (`controlplane`) and on a joined node (`node01`). */
export function recordedFiles(node: 'controlplane' | 'node01'): Readonly<Record<string, string>> {
  files ??= readProjectJson(FACTS, 'node-files.json') as Record<string, Record<string, string>>;
  return files[node] ?? {};
}
