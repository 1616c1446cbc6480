import { expect, test } from 'vitest';
import { ManualClock } from '../../kit/clock.ts';
import type { ByteDuplex } from '../../cluster/index.ts';
import { ACK, decodeSegment, encodeSegment, FIN, PSH, RST, SYN, type Segment } from './ip-packet.ts';
import { TcpStack, type Dial } from './tcp-stack.ts';

const NONE = new Uint8Array(0);
const text = (s: Segment | undefined) => Buffer.from(s?.payload ?? []).toString();
const turn = () => new Promise((done) => setImmediate(done));

/** The kernel's side of one connection, by hand. */
function setUp(dial: Dial) {
  const clock = new ManualClock(0);
  const sent: Buffer[] = [];
  const stack = new TcpStack({ clock, dial, send: (packet) => sent.push(packet) });
  return {
    clock,
    sent,
    send: (flags: number, seq: number, ack: number, payload: string | Uint8Array = NONE, window = 65_535) =>
      stack.receive(
        encodeSegment({
          source: '172.30.1.3',
          sourcePort: 40_000,
          destination: '10.244.1.5',
          destinationPort: 80,
          flags,
          seq,
          ack,
          window,
          payload: Buffer.from(payload),
          ...(flags & SYN ? { mss: 1000 } : {}),
        }),
      ),
    /** The next segment that the stack has sent. */
    next: async () => {
      for (let i = 0; i < 20 && sent.length === 0; i++) await turn();
      const packet = sent.shift();
      return packet && decodeSegment(packet);
    },
  };
}

function pair() {
  const up = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 0 }, { highWaterMark: 0 });
  const down = new TransformStream<Uint8Array, Uint8Array>();
  const near: ByteDuplex = { readable: down.readable, writable: up.writable };
  return { near, received: up.readable.getReader(), answer: down.writable.getWriter() };
}

test('a connection: opened after the far end has answered, carried both ways, closed by both', async () => {
  const far = pair();
  const asked: string[] = [];
  const k = setUp((host, port) => {
    asked.push(`${host}:${port}`);
    return Promise.resolve(far.near);
  });
  k.send(SYN, 999, 0);
  expect(await k.next()).toMatchObject({
    source: '10.244.1.5',
    sourcePort: 80,
    destinationPort: 40_000,
    flags: SYN | ACK,
    seq: 0,
    ack: 1000,
    mss: 31_960,
  });
  expect(asked).toEqual(['10.244.1.5:80']);
  k.send(ACK | PSH, 1000, 1, 'GET /');
  expect(await k.next()).toMatchObject({ flags: ACK, ack: 1005 });
  expect(Buffer.from((await far.received.read()).value ?? []).toString()).toBe('GET /');
  await far.answer.write(Buffer.from('hello'));
  const data = await k.next();
  expect([data?.seq, text(data)]).toEqual([1, 'hello']);
  k.send(ACK, 1005, 6);
  void far.answer.close();
  expect(await k.next()).toMatchObject({ flags: FIN | ACK, seq: 6 });
  k.send(ACK | FIN, 1005, 7);
  expect(await k.next()).toMatchObject({ flags: ACK, ack: 1006 });
  expect((await far.received.read()).done).toBe(true);
  k.send(ACK, 1006, 7);
  expect(await k.next()).toMatchObject({ flags: RST });
});

test('refused, unreachable, silent', async () => {
  const failing = (code: string) => setUp(() => Promise.reject(Object.assign(new Error(code), { code })));
  const refused = failing('ECONNREFUSED');
  refused.send(SYN, 5, 0);
  expect(await refused.next()).toMatchObject({ flags: RST | ACK, ack: 6 });
  const unreachable = failing('EHOSTUNREACH');
  unreachable.send(SYN, 5, 0);
  await turn();
  const icmp = unreachable.sent[0] ?? Buffer.alloc(0);
  expect([icmp[9], icmp[20], icmp[21]]).toEqual([1, 3, 1]);
  const silent = failing('ETIMEDOUT');
  silent.send(SYN, 5, 0);
  await turn();
  expect(silent.sent).toEqual([]);
});

test('sends no more than the peer’s window, in segments of its size, and again what was lost', async () => {
  const far = pair();
  const k = setUp(() => Promise.resolve(far.near));
  k.send(SYN, 0, 0);
  await k.next();
  k.send(ACK, 1, 1, NONE, 1500);
  await far.answer.write(Buffer.alloc(3000, 'x'));
  expect((await k.next())?.payload.length).toBe(1000);
  expect((await k.next())?.payload.length).toBe(500);
  expect(k.sent).toEqual([]);
  k.clock.advance(300);
  expect(await k.next()).toMatchObject({ seq: 1 });
  k.send(ACK, 1, 1501, NONE, 65_535);
  expect(await k.next()).toMatchObject({ seq: 1501 });
  expect(await k.next()).toMatchObject({ seq: 2501 });
});

test('a far end that does not read shuts the window, and one that reads opens it', async () => {
  const far = pair();
  const k = setUp(() => Promise.resolve(far.near));
  k.send(SYN, 0, 0);
  await k.next();
  let seq = 1;
  for (let i = 0; i < 3; i++) {
    k.send(ACK, seq, 1, Buffer.alloc(30_000));
    seq = (await k.next())?.ack ?? 0;
  }
  expect(seq).toBe(1 + 65_535);
  await far.received.read();
  expect(await k.next()).toMatchObject({ flags: ACK, window: 30_000 });
});

test('hostile packets are dropped', () => {
  const stack = new TcpStack({
    clock: new ManualClock(0),
    dial: () => Promise.reject(new Error('no')),
    send: () => undefined,
  });
  const packet = encodeSegment({
    source: '1.2.3.4',
    sourcePort: 1,
    destination: '4.3.2.1',
    destinationPort: 2,
    seq: 0,
    ack: 0,
    flags: SYN,
    window: 1,
    payload: NONE,
  });
  const attempts: Buffer[] = Array.from({ length: 60 }, (_, size) => Buffer.alloc(size, 0x45));
  for (let at = 0; at < packet.length; at++) {
    const broken = Buffer.from(packet);
    broken[at] = 0xff;
    attempts.push(broken, packet.subarray(0, at));
  }
  expect(() => attempts.forEach((bytes) => stack.receive(bytes))).not.toThrow();
});
