import { describe, expect, it } from 'vitest';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector-parse.ts';
import { formatSelector, type Requirement } from './selector.ts';

const show = ({ key, operator, values }: Requirement) => [key, operator, ...values].join(' ');

describe('parseLabelSelector', () => {
  it.each([
    ['a=b', ['a In b']],
    ['a==b, c != d', ['a In b', 'c NotIn d']],
    ['x in (b, a),!f,g', ['f DoesNotExist', 'g Exists', 'x In a b']],
    ['x notin (a,)', ['x NotIn  a']],
    ['in in (in)', ['in In in']],
    ['n>1,m<2', ['m Lt 2', 'n Gt 1']],
    ['', []],
  ])('reads %s', (text, expected) => {
    const parsed = parseLabelSelector(text);
    expect(
      parsed.ok ? parsed.value.map((r) => show({ ...r, values: [...r.values].sort() })).sort() : parsed.error,
    ).toEqual(expected);
  });

  it.each([
    ['=x', "found '=', expected: !, identifier, or 'end of string'"],
    ['a b c', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['colour in red', "unable to parse requirement: found 'red' expected: '('"],
    ['colour=a b', "found 'b', expected: ',' or 'end of string'"],
    ['colour=red=green', "found '=', expected: ',' or 'end of string'"],
    [
      'depth>deep',
      "unable to parse requirement: values[0]: Invalid value: \"deep\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
    ['a,', "found '', expected: identifier after ','"],
  ])('refuses %s', (text, error) => {
    expect(parseLabelSelector(text)).toEqual({ ok: false, error });
  });
});

describe('parseFieldSelector', () => {
  it('reads terms and escapes', () => {
    expect(parseFieldSelector('a=b\\,c,d!=e,f==')).toEqual({
      ok: true,
      value: [
        { field: 'a', equal: true, value: 'b,c' },
        { field: 'd', equal: false, value: 'e' },
        { field: 'f', equal: true, value: '' },
      ],
    });
  });

  it('refuses a term without an operator', () => {
    expect(parseFieldSelector('status.phase')).toEqual({
      ok: false,
      error: "invalid selector: 'status.phase'; can't understand 'status.phase'",
    });
  });
});

describe('formatSelector', () => {
  it('tells equality from membership, as a workload shows it', () => {
    const matchExpressions = [
      { key: 'speed', operator: 'NotIn', values: ['fast'] },
      { key: 'kind', operator: 'In', values: ['tug', 'barge'] },
      { key: 'flag', operator: 'Exists' },
      { key: 'sunk', operator: 'DoesNotExist' },
    ];
    expect(formatSelector({ matchLabels: { app: 'barge' }, matchExpressions })).toBe(
      'app=barge,flag,kind in (barge,tug),speed notin (fast),!sunk',
    );
  });
});
