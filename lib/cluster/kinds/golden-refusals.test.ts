import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { deepFreeze } from '../../kit/deep.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import { statusOf } from '../machinery/status-error.ts';
import { kinds } from './index.ts';
import { testContext } from './test-context.ts';

/**
 * The refusals that a real cluster gave to new objects, replayed on the kinds alone. The pipeline's own part (decoding,
 * metadata, admission) is left out: a recording whose text comes from there is not asked of the kinds.
 */
const CASES = join(import.meta.dirname, '../../../tests/golden/cases');
const SHARED = join(import.meta.dirname, '../../../../shared/golden/cases');
const ROOT = existsSync(CASES) ? CASES : SHARED;
const FILES = [
  'validation/pod-invalid-affinity',
  'validation/pod-invalid-containers',
  'validation/pod-invalid-ports',
  'validation/pod-invalid-probes',
  'validation/pod-invalid-resources',
  'validation/pod-invalid-security',
  'validation/configmap-secret-invalid',
  'validation/pv-pvc-invalid',
  'validation/quota-limitrange-invalid',
  'validation/service-invalid',
  'networking/endpointslice-validation',
];

const context = testContext({
  read: {
    get: (resource, _namespace, name) =>
      resource.resource === 'ipaddresses' && name === '10.96.0.10' ? { metadata: { name } } : undefined,
    list: () => [],
  },
});

/** The complaints of one new object, as kubectl prints them. */
function refusal(object: KubeObject & JsonObject): string | undefined {
  const group = object.apiVersion?.includes('/') ? object.apiVersion.split('/')[0] : '';
  const kind = kinds.find((k) => k.resource.kind === object.kind && k.resource.group === group);
  if (!kind) return undefined;
  object.metadata.namespace ??= 'default';
  try {
    kind.defaults?.(object);
    kind.prepareForCreate?.(object, context);
    const errors = (kind.validate?.(deepFreeze(object), context) ?? []).map((e) => `${e.field}: ${e.message}`);
    return print(object, [...new Set(errors)]);
  } catch (error) {
    const causes = statusOf(error)?.details?.causes ?? [];
    return print(
      object,
      causes.map((c) => `${c.field ?? ''}: ${c.message ?? ''}`),
    );
  }
}

function print(object: KubeObject, errors: readonly string[]): string | undefined {
  const head = `The ${object.kind ?? ''} "${object.metadata.name}" is invalid:`;
  if (errors.length === 0) return undefined;
  return errors.length === 1 ? `${head} ${errors[0] ?? ''}` : [head, ...errors.map((e) => `* ${e}`)].join('\n');
}

interface Recording {
  command: string;
  sorted: boolean;
  output: string;
  file: string;
}

function recordings(text: string): Recording[] {
  const [script = '', ...parts] = text.split(/^-- (?=\S+ --$)/m);
  const files = new Map(parts.map((part) => [part.slice(0, part.indexOf(' --')), part.slice(part.indexOf('\n') + 1)]));
  return script.split(/\n\n/).flatMap((block) => {
    const lines = block.trim().split('\n');
    const at = lines.findIndex((line) => line.startsWith('$ '));
    const command = lines[at]?.slice(2) ?? '';
    const file = /^kubectl (?:apply|create) -f (\S+)$/.exec(command)?.[1];
    const output = lines.slice(at + 1).filter((line) => !/^\[\d+\]$|^Warning: /.test(line));
    const source = file === undefined ? undefined : files.get(file);
    if (source === undefined || !output.some((line) => /^The \w+ ".*" is invalid/.test(line))) return [];
    return [{ command, sorted: lines.slice(0, at).includes('@sort'), output: output.join('\n'), file: source }];
  });
}

const sortLines = (text: string) => text.split('\n').sort().join('\n');
const OF_THE_PIPELINE = /: metadata\.(name|labels|annotations|ownerReferences|finalizers)\b/;

/** Every refusal of the listed files that is the kinds' own: `file: command`, and what to compare. */
function refusals(): [title: string, recording: Recording, object: KubeObject & JsonObject][] {
  if (!existsSync(ROOT)) return [];
  return FILES.flatMap((name) =>
    recordings(readFileSync(join(ROOT, `${name}.case`), 'utf8')).flatMap((recording) => {
      const [object, ...more] = parseAllDocuments(recording.file).map((d) => d.toJS() as KubeObject & JsonObject);
      if (!object || more.length || OF_THE_PIPELINE.test(recording.output)) return [];
      return [[`${name}: ${recording.command}`, recording, object] as [string, Recording, KubeObject & JsonObject]];
    }),
  );
}

test.skipIf(!existsSync(ROOT)).each(refusals())('%s', (_title, { sorted, output }, object) => {
  const told = refusal(object) ?? 'created';
  expect(sorted ? sortLines(told) : told).toBe(sorted ? sortLines(output) : output);
});
