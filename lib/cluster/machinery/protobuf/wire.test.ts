import { expect, test } from 'vitest';
import { WireReader, WireWriter } from './wire.ts';

test('a message keeps its bytes wherever it stands in the buffer', () => {
  // The writer's buffer begins with 256 bytes, so some of these messages end just before its end.
  for (let before = 200; before < 300; before++) {
    for (const inner of ['x', 'y'.repeat(130)]) {
      const writer = new WireWriter();
      writer.string(1, 'b'.repeat(before));
      writer.message(2, () => writer.string(1, inner));
      const reader = new WireReader(writer.finish());
      expect(reader.tag().field).toBe(1);
      expect(reader.string()).toHaveLength(before);
      expect(reader.tag().field).toBe(2);
      const message = new WireReader(reader.bytes());
      expect(message.tag().field).toBe(1);
      expect(message.string()).toBe(inner);
      expect(reader.done).toBe(true);
    }
  }
});

test('integers of 64 bits are written, and nothing else', () => {
  const written = (value: number) => {
    const writer = new WireWriter();
    writer.int(1, value);
    const reader = new WireReader(writer.finish());
    reader.tag();
    return reader.varint();
  };
  for (const value of [0, 1, -1, 2 ** 31, -(2 ** 53), 2 ** 62, -(2 ** 63)]) expect(written(value)).toBe(value);
  for (const value of [Infinity, -Infinity, NaN, 2 ** 63, 1e300]) expect(() => written(value)).toThrow(/64-bit/);
});
