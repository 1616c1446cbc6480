import { describe, expect, it } from 'vitest';
import { WireReader } from '../../machinery/protobuf/wire.ts';
import { swaggerProtobuf } from './swagger-protobuf.ts';

/** The fields of a message with their bytes or numbers, nested ones by a path of field numbers. */
function at(bytes: Uint8Array, ...path: number[]): string[] {
  const [field, ...rest] = path;
  const found: string[] = [];
  for (const reader = new WireReader(bytes); !reader.done;) {
    const tag = reader.tag();
    if (tag.field !== field) reader.skip(tag.wire);
    else if (tag.wire === 0) found.push(String(reader.varint()));
    else if (rest.length) found.push(...at(reader.bytes(), ...rest));
    else found.push(reader.string());
  }
  return found;
}

describe('swaggerProtobuf', () => {
  const bytes = swaggerProtobuf({
    swagger: '2.0',
    paths: {
      '/api/v1/pods': {
        get: {
          operationId: 'listPods',
          parameters: [{ name: 'watch', in: 'query', type: 'boolean' }],
          responses: { '200': { description: 'OK', schema: { $ref: '#/definitions/PodList' } } },
          'x-kubernetes-action': 'list',
        },
        parameters: [{ name: 'pretty', in: 'query', type: 'string' }],
      },
    },
    definitions: {
      Ferry: {
        type: 'object',
        required: ['class', 'stops'],
        properties: { class: { type: 'string', enum: ['small', 'large'] }, stops: { items: { type: 'string' } } },
        'x-kubernetes-group-version-kind': [{ group: 'harbour.example.org', version: 'v1', kind: 'Ferry' }],
      },
    },
  });

  it('writes definitions by name, with their extensions as YAML', () => {
    expect(at(bytes, 1)).toEqual(['2.0']);
    expect(at(bytes, 9, 1, 1)).toEqual(['Ferry']);
    expect(at(bytes, 9, 1, 2, 22, 1)).toEqual(['object']);
    expect(at(bytes, 9, 1, 2, 19)).toEqual(['class', 'stops']);
    expect(at(bytes, 9, 1, 2, 25, 1, 1)).toEqual(['class', 'stops']);
    expect(at(bytes, 9, 1, 2, 25, 1, 2, 20, 2)).toEqual(['"small"', '"large"']);
    expect(at(bytes, 9, 1, 2, 25, 1, 2, 23, 1, 22, 1)).toEqual(['string']);
    expect(at(bytes, 9, 1, 2, 31, 1)).toEqual(['x-kubernetes-group-version-kind']);
    expect(at(bytes, 9, 1, 2, 31, 2, 2)).toEqual(['[{"group":"harbour.example.org","version":"v1","kind":"Ferry"}]']);
  });

  it('writes the operations of a path', () => {
    expect(at(bytes, 8, 2, 1)).toEqual(['/api/v1/pods']);
    expect(at(bytes, 8, 2, 2, 2, 5)).toEqual(['listPods']);
    // An item, a parameter, not of the body, of the query: its name.
    expect(at(bytes, 8, 2, 2, 2, 8, 1, 2, 3, 4)).toEqual(['watch']);
    expect(at(bytes, 8, 2, 2, 9, 1, 2, 3, 4)).toEqual(['pretty']);
    expect(at(bytes, 8, 2, 2, 2, 9, 1, 2, 1, 2, 1, 1)).toEqual(['#/definitions/PodList']);
  });

  it('writes parts that make a whole when they stand one after the other', () => {
    const both = Buffer.concat([bytes, swaggerProtobuf({ definitions: { Pier: { type: 'object' } } })]);
    expect(at(both, 9, 1, 1)).toEqual(['Ferry', 'Pier']);
  });
});
