import { expect, test } from 'vitest';
import { celType } from '../../cel/index.ts';
import { builtInKind } from '../../schema/lookup.ts';
import { typeWarnings, type ServedTypes } from './type-check.ts';

const served: ServedTypes = {
  kindsOf: (group, version, resource) => (resource === 'pods' ? [{ group, version, kind: 'Pod' }] : []),
  typeOf(gvk) {
    const type = builtInKind(gvk);
    return type && celType(type);
  },
};

const warnings = (expression: string, resources = ['pods'], apiGroups = ['']) =>
  typeWarnings(
    {
      metadata: { name: 'a' },
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        variables: [{ name: 'names', expression: 'object.spec.containers.map(c, c.name)' }],
        matchConstraints: { resourceRules: [{ apiGroups, apiVersions: ['v1'], operations: ['*'], resources }] },
        validations: [{ expression }],
      },
    },
    served,
  );

test('expressions are checked against the kinds that the rules name', () => {
  expect(warnings("variables.names.exists(n, n == params.data['name'])")).toEqual([]);
  expect(warnings('object.spec.hostPid')).toEqual([
    {
      fieldRef: 'spec.validations[0].expression',
      warning:
        "/v1, Kind=Pod: ERROR: <input>:1:12: undefined field 'hostPid'\n | object.spec.hostPid\n | ...........^\n",
    },
  ]);
  expect(warnings('variables.names[0] > 1')[0]?.warning).toContain(
    "found no matching overload for '_>_' applied to '(string, int)'",
  );
});

test('wildcards, subresources and unknown resources are not checked', () => {
  for (const [resources, groups] of [
    [['*'], ['']],
    [['pods/status'], ['']],
    [['pods'], ['*']],
    [['nothings'], ['']],
  ] as const) {
    expect(warnings('object.spec.hostPid', [...resources], [...groups])).toEqual([]);
  }
});
