import { describe, expect, it } from 'vitest';
import { HeaderReader, HeaderWriter } from './spdy-headers.ts';

describe('SPDY header blocks', () => {
  it('are read back in the order in which they were written', async () => {
    const writer = new HeaderWriter();
    const reader = new HeaderReader();
    for (const port of ['80', '443']) {
      const pairs = new Map([
        ['streamtype', 'data'],
        ['port', port],
      ]);
      expect(await reader.read(writer.write(pairs))).toEqual(pairs);
    }
    reader.close();
  });

  it('are refused when they are not what they should be', async () => {
    const reader = new HeaderReader();
    expect(await reader.read(Buffer.from('nonsense'))).toBeUndefined();
    expect(await reader.read(Buffer.from('more'))).toBeUndefined();
    reader.close();
  });
});
