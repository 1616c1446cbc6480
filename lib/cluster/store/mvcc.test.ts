import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../machinery/object.ts';
import { makeBase } from './base.ts';
import type { StoreEvent } from './kv.ts';
import { MvccStore } from './mvcc.ts';

const object = (value: string): KubeObject => ({ kind: value, metadata: { name: 'x' } });
const value = (o: KubeObject | undefined) => o?.kind;
const values = (items: KubeObject[]) => items.map(value);

/** The worked example of kv.ts. */
function example() {
  const store = new MvccStore();
  store.put('a', object('1'));
  store.put('b', object('1'));
  store.put('a', object('2'));
  store.delete('b');
  return store;
}

describe('MvccStore', () => {
  it('reads every past state', () => {
    const store = example();
    expect(store.revision).toBe(4);
    expect(value(store.get('a', 2))).toBe('1');
    expect(values(store.list('', { revision: 3 }).items)).toEqual(['2', '1']);
    expect(values(store.list('').items)).toEqual(['2']);
    expect(store.get('a')?.metadata.resourceVersion).toBe('3');
  });

  it('reports the past and then the present to a watch', () => {
    const store = example();
    const seen: string[] = [];
    const watch = store.watch('', 2, (e) => seen.push(`${e.type} ${e.key} ${e.object.metadata.resourceVersion}`));
    expect(seen).toEqual(['put a 3', 'delete b 4']);
    store.put('c', object('1'));
    watch.close();
    store.put('c', object('2'));
    expect(seen.slice(2)).toEqual(['put c 5']);
  });

  it('keeps the order of events when a listener writes', () => {
    const store = new MvccStore();
    const seen: string[] = [];
    store.watch('', 0, (e) => {
      if (e.key === 'a') store.put('b', object('1'));
    });
    store.watch('', 0, (e) => seen.push(e.key));
    store.put('a', object('1'));
    expect(seen).toEqual(['a', 'b']);
  });

  it('refuses a write whose expectation does not hold', () => {
    const store = example();
    expect(() => store.put('a', object('3'), { expect: 1 })).toThrow(
      expect.objectContaining({ code: 'STORE_CONFLICT' }),
    );
    expect(() => store.put('a', object('3'), { expect: 'absent' })).toThrow('expected revision');
    expect(store.put('a', object('3'), { expect: 3 }).metadata.resourceVersion).toBe('5');
  });

  it('forgets what was compacted', () => {
    const store = example();
    store.compact(3);
    expect(() => store.get('a', 2)).toThrow(expect.objectContaining({ code: 'COMPACTED' }));
    expect(() => store.watch('', 2, () => {})).toThrow(expect.objectContaining({ code: 'COMPACTED' }));
    expect(values(store.list('', { revision: 3 }).items)).toEqual(['2', '1']);
  });

  it('pages by key and counts what remains', () => {
    const store = new MvccStore();
    for (const key of ['p/1', 'p/2', 'p/3', 'q/1']) store.put(key, object(key));
    const page = store.list('p/', { limit: 2 });
    expect([values(page.items), page.lastKey, page.remaining]).toEqual([['p/1', 'p/2'], 'p/2', 1]);
    expect(values(store.list('p/', { after: page.lastKey }).items)).toEqual(['p/3']);
  });

  it('shares a base without changing or copying it', () => {
    const base = makeBase('b', 7, [
      ['k/1', object('one')],
      ['k/2', object('two')],
    ]);
    const one = new MvccStore({ base });
    const other = new MvccStore({ base });
    one.delete('k/1');
    one.put('k/3', object('three'));
    expect(values(one.list('k/').items)).toEqual(['two', 'three']);
    expect(values(one.list('k/', { revision: 7 }).items)).toEqual(['one', 'two']);
    expect(other.get('k/1')).toBe(base.objects.get('k/1'));
    expect(other.revision).toBe(7);
  });

  it('forks a base of thousands of objects in well under a millisecond', () => {
    const base = makeBase(
      'b',
      1,
      Array.from({ length: 5000 }, (_, i) => [`k/${i}`, object('x')] as const),
    );
    const began = process.hrtime.bigint();
    const forks = Array.from({ length: 100 }, () => new MvccStore({ base }));
    expect(Number(process.hrtime.bigint() - began) / forks.length / 1e6).toBeLessThan(1);
  });

  it('tells what a key held before', () => {
    const store = example();
    const events: StoreEvent[] = [];
    store.watch('', 0, (e) => events.push(e));
    expect(events.map((e) => value(e.previous))).toEqual([undefined, undefined, '1', '1']);
  });
});
