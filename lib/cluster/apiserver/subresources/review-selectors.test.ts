import { expect, test } from 'vitest';
import { FieldPath } from '../../machinery/field-path.ts';
import { selectedFields, selectorErrors } from './review-selectors.ts';

const AT = FieldPath.of('spec', 'resourceAttributes');
const told = (attributes: Parameters<typeof selectorErrors>[0]) =>
  selectorErrors(attributes, AT).map(
    ({ field, message }) => `${field.replace('spec.resourceAttributes.', '')}: ${message}`,
  );

test('selectors of a review are raw or requirements, and those are whole', () => {
  expect(told({ fieldSelector: { rawSelector: 'a=b' }, labelSelector: { rawSelector: 'a=b' } })).toEqual([]);
  expect(told({ fieldSelector: {} })).toEqual([
    'fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
  ]);
  expect(told({ labelSelector: { rawSelector: 'a', requirements: [{ key: 'a', operator: 'In' }] } })).toEqual([
    'labelSelector.rawSelector: Invalid value: "a": may not specified at the same time as requirements',
    "labelSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ]);
  expect(told({ fieldSelector: { requirements: [{ key: '', operator: 'Newer' }] } })).toEqual([
    'fieldSelector.requirements[0].key: Required value: must be specified',
  ]);
});

test('authorizers are told the fields that are selected by one value', () => {
  const requirements = [
    { key: 'spec.nodeName', operator: 'In', values: ['a'] },
    { key: 'status.phase', operator: 'In', values: ['Running', 'Pending'] },
  ];
  expect(selectedFields({ fieldSelector: { requirements } })).toEqual([
    { field: 'spec.nodeName', equal: true, value: 'a' },
  ]);
  expect(selectedFields({ fieldSelector: { rawSelector: 'metadata.name!=b' } })).toEqual([
    { field: 'metadata.name', equal: false, value: 'b' },
  ]);
});
