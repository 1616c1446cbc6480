import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../machinery/object.ts';

/** What a scheduler runs with, from its flags or its configuration file. */
export interface SchedulerConfig {
  kubeconfig: string | undefined;
  schedulerNames: string[];
  /** Absent when leader election is off. */
  lease: string | undefined;
}

type Reading = { ok: true; config: SchedulerConfig } | { ok: false; error: string };

const API_VERSION = 'kubescheduler.config.k8s.io/v1';
const KIND = 'KubeSchedulerConfiguration';
const FIELDS = [
  'apiVersion',
  'kind',
  'parallelism',
  'leaderElection',
  'clientConnection',
  'enableProfiling',
  'enableContentionProfiling',
  'percentageOfNodesToScore',
  'podInitialBackoffSeconds',
  'podMaxBackoffSeconds',
  'profiles',
  'extenders',
  'delayCacheUntilActive',
];

/** Reads `--config`, which replaces the flags for the kubeconfig and leader election; without it those flags count. */
export function readSchedulerConfig(
  flags: ReadonlyMap<string, string>,
  readFile: (path: string) => string | undefined,
): Reading {
  const path = flags.get('config');
  if (path === undefined) {
    const elects = flags.get('leader-elect') !== 'false';
    const lease = elects ? (flags.get('leader-elect-resource-name') ?? 'kube-scheduler') : undefined;
    return { ok: true, config: { kubeconfig: flags.get('kubeconfig'), schedulerNames: ['default-scheduler'], lease } };
  }
  const text = readFile(path);
  if (text === undefined) return { ok: false, error: `open ${path}: no such file or directory` };
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, error: `couldn't get version/kind; json parse error: error converting YAML to JSON: ${why}` };
  }
  const { apiVersion = '', kind = '' } = isJsonObject(document) ? document : {};
  if (apiVersion !== API_VERSION || kind !== KIND) {
    const what = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;
    return { ok: false, error: `${what} in scheme "pkg/scheduler/apis/config/scheme/scheme.go:30"` };
  }
  return read(document as JsonObject);
}

const member = (value: unknown, name: string): unknown => (isJsonObject(value) ? value[name] : undefined);

function read(document: JsonObject): Reading {
  const unknown = Object.keys(document).filter((field) => !FIELDS.includes(field));
  if (unknown.length > 0) {
    const list = unknown.map((field) => `unknown field ${JSON.stringify(field)}`).join(', ');
    return { ok: false, error: `strict decoding error: ${list}` };
  }
  const { leaderElection, clientConnection } = document;
  const profiles = Array.isArray(document.profiles) ? (document.profiles as unknown[]) : [];
  const names = profiles.map((profile) => textOr(member(profile, 'schedulerName'), 'default-scheduler'));
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice >= 0) {
    return { ok: false, error: `profiles[${twice}].schedulerName: Duplicate value: ${JSON.stringify(names[twice])}` };
  }
  const elects = member(leaderElection, 'leaderElect') !== false;
  return {
    ok: true,
    config: {
      kubeconfig: textOr(member(clientConnection, 'kubeconfig'), '') || undefined,
      schedulerNames: names.length > 0 ? names : ['default-scheduler'],
      lease: elects ? textOr(member(leaderElection, 'resourceName'), 'kube-scheduler') : undefined,
    },
  };
}

const textOr = (value: unknown, fallback: string): string => (typeof value === 'string' && value ? value : fallback);
