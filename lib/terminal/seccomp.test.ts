import { expect, test } from 'vitest';
import { seccompFilter, type Architecture } from './seccomp.ts';

/** Runs a filter as the kernel does, on one call. */
function verdict(arch: Architecture, call: { number: number; audit?: number; arguments?: number[] }): string {
  const program = Buffer.from(seccompFilter(arch));
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.audit ?? (arch === 'x64' ? 0xc000003e : 0xc00000b7), 4);
  (call.arguments ?? []).forEach((value, i) => data.writeUInt32LE(value >>> 0, 16 + 8 * i));
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const code = program.readUInt16LE(at * 8);
    const value = program.readUInt32LE(at * 8 + 4);
    const jump = (test: boolean) => (at += program.readUInt8(at * 8 + (test ? 2 : 3)));
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x15) jump(accumulator === value);
    else if (code === 0x35) jump(accumulator >= value);
    else if (code === 0x45) jump((accumulator & value) !== 0);
    else if (code === 0x06) return value === 0x7fff0000 ? 'allow' : `errno ${value & 0xffff}`;
    else throw new Error(`unknown instruction ${code}`);
  }
}

test.each(['x64', 'arm64'] as const)('%s: everyday calls pass, those that reach for the kernel do not', (arch) => {
  const [read, clone, ioctl, mount, unshare] = arch === 'x64' ? [0, 56, 16, 165, 272] : [63, 220, 29, 40, 97];
  expect(verdict(arch, { number: read })).toBe('allow');
  expect(verdict(arch, { number: mount })).toBe('errno 1');
  expect(verdict(arch, { number: unshare })).toBe('errno 1');
  expect(verdict(arch, { number: clone, arguments: [0x11] })).toBe('allow');
  expect(verdict(arch, { number: clone, arguments: [0x10000011] })).toBe('errno 1');
  expect(verdict(arch, { number: 435 })).toBe('errno 38');
  expect(verdict(arch, { number: ioctl, arguments: [0, 0x5413] })).toBe('allow');
  expect(verdict(arch, { number: ioctl, arguments: [0, 0x5412] })).toBe('errno 1');
});

test('the same calls under the numbers of another processor mode do not pass either', () => {
  expect(verdict('x64', { number: 0x40000000 + 165 })).toBe('errno 38');
  expect(verdict('x64', { number: 21, audit: 0x40000003 })).toBe('errno 38');
});
