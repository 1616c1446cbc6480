import { describe, expect, it } from 'vitest';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector-parse.ts';
import { formatSelector } from './selector.ts';

describe('parseLabelSelector', () => {
  it.each([
    ['a=b', 'a=b'],
    ['a==b, c != d', 'a=b,c!=d'],
    ['x in (b, a),!f,g', '!f,g,x in (a,b)'],
    ['x notin (a,)', 'x notin (,a)'],
    ['in in (in)', 'in=in'],
    ['n>1,m<2', 'm<2,n>1'],
    ['', ''],
  ])('reads %s', (text, expected) => {
    const parsed = parseLabelSelector(text);
    expect(parsed.ok ? formatSelector(parsed.value).split(',').sort() : parsed.error).toEqual(expected.split(',').sort());
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
