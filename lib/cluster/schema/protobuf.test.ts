import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from './decode.ts';
import { builtInKind } from './lookup.ts';
import { decodeProtobuf, encodeProtobuf, isProtobufFault } from './protobuf.ts';

const folder = fileURLToPath(new URL('../../../../shared/kubernetes-facts/wire-samples-v1.33', import.meta.url));
const samples = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith('.pb')) : [];
const gvkOf = (file: string) => {
  const [, group = '', version = '', kind = ''] = /^(.+)\.(v[^.]+)\.([^.]+)\.pb$/.exec(file) ?? [];
  return { group: group === 'core' ? '' : group, version, kind };
};

describe.skipIf(samples.length === 0)('recorded samples', () => {
  test.each(samples)('%s', (file) => {
    const bytes = readFileSync(`${folder}/${file}`);
    const expected: unknown = JSON.parse(readFileSync(`${folder}/${file.replace(/pb$/, 'json')}`, 'utf8'));
    const gvk = gvkOf(file);
    const decoded = decodeProtobuf(bytes, gvk);
    const again = encodeProtobuf(gvk, decoded);
    expect(again && decodeProtobuf(again, gvk)).toMatchObject(decoded);
    const type = builtInKind(gvk);
    // The recording has fields that 1.36 no longer has: with a type, both are read as 1.36 reads them.
    const read = (object: unknown) => (type ? { ...decode(type, object), unknown: [] } : object);
    expect(read(decoded)).toMatchObject(read(expected) as object);
  });
});

function outcome(body: Uint8Array): 'read' | 'refused' | 'crash' {
  try {
    decodeProtobuf(body);
    return 'read';
  } catch (err) {
    return isProtobufFault(err) ? 'refused' : 'crash';
  }
}

test('hostile bytes are refused, and cost little', () => {
  const magic = Buffer.from('k8s\0');
  const pod = Buffer.from([0x0a, 0x09, 0x0a, 0x02, 0x76, 0x31, 0x12, 0x03, 0x50, 0x6f, 0x64]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, asRaw) => {
      const raw = asRaw ? Buffer.concat([Buffer.from([0x12, bytes.length & 0x7f]), bytes.slice(0, 127)]) : bytes;
      expect(outcome(Buffer.concat([magic, pod, raw]))).not.toBe('crash');
    }),
    { numRuns: 2000 },
  );
  expect(() => decodeProtobuf(Buffer.from('{}'))).toThrow(/expected prefix \[107 56 115 0\]/);
  expect(() => decodeProtobuf(Buffer.concat([magic, Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07])]))).toThrow(
    'unexpected EOF',
  );
});
