import { expect, test } from 'vitest';
import { wantedPorts } from './port-forward-channels.ts';

const read = (query: string) => wantedPorts(new URLSearchParams(query));

test('ports come one by one or together', () => {
  expect(read('ports=80')).toEqual([80]);
  expect(read('ports=80,443&ports=8080')).toEqual([80, 443, 8080]);
});

test.each([
  ['', 'query parameter "port" is required'],
  ['ports=', 'query parameter "port" cannot be empty'],
  ['ports=web', 'unable to parse "web" as a port: strconv.ParseUint: parsing "web": invalid syntax'],
  ['ports=80,70000', 'unable to parse "80,70000" as a port: strconv.ParseUint: parsing "70000": value out of range'],
  ['ports=0', 'port "0" must be > 0'],
])('?%s is refused', (query, message) => {
  expect(() => read(query)).toThrow(message);
});
