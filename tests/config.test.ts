import { expect, test } from 'vitest';
import { readConfig } from '../lib/config.ts';

test('everything has a default below the working directory', () => {
  expect(readConfig({ DRYDOCK_WORKERS: '3' }, '/srv/drydock')).toEqual({
    port: 3000,
    dataDir: '/srv/drydock/data',
    databaseUrl: 'file:/srv/drydock/data/drydock.db',
    workers: 3,
    exercisesDir: '/srv/drydock/exercises',
  });
});

test('a folder for the data takes the database with it', () => {
  const { dataDir, databaseUrl } = readConfig({ DRYDOCK_DATA: '../d' }, '/srv/drydock');
  expect([dataDir, databaseUrl]).toEqual(['/srv/d', 'file:/srv/d/drydock.db']);
});

test.each(['x', '-1', '70000', '1.5'])('PORT=%s is refused by name', (PORT) => {
  expect(() => readConfig({ PORT }, '/')).toThrow('PORT must be a whole number from 0 to 65535');
});
