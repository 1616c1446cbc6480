import { createInflate } from 'node:zlib';
import type { Inflate } from 'node:zlib';

/** The words of SPDY/3's compression dictionary, each preceded by its length there. */
const WORDS = [
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow',
  'authorization cache-control connection content-base content-encoding content-language content-length',
  'content-location content-md5 content-range content-type date etag expect expires from host if-match',
  'if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma',
  'proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade',
  'user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie',
  'keep-alive origin',
].flatMap((line) => line.split(' ').map((word) => word.replace('_', ' ')));

/** What follows the words. */
const TAIL =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden' +
  '404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable' +
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT' +
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,' +
  'publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

function uint32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n >>> 0);
  return bytes;
}

const sized = (text: string) => Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)]);

const DICTIONARY = Buffer.concat([...WORDS.map(sized), Buffer.from(TAIL)]);

/** The checksum by which zlib names a dictionary. */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** More than this in one block of headers is an attack. */
const LARGEST_BLOCK = 64 * 1024;

/** Reads the header blocks of one connection, which share one compression state. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary: DICTIONARY });
  #chunks: Buffer[] = [];
  #size = 0;
  #failed = false;

  constructor() {
    this.#inflate.on('data', (chunk: Buffer) => {
      this.#size += chunk.length;
      if (this.#size <= LARGEST_BLOCK) this.#chunks.push(chunk);
    });
    this.#inflate.on('error', () => (this.#failed = true));
  }

  /** Header names are in lower case. Undefined when the block is malformed: the connection is lost then. */
  async read(block: Uint8Array): Promise<Map<string, string> | undefined> {
    if (this.#failed) return undefined;
    this.#chunks = [];
    this.#size = 0;
    await new Promise<void>((done) => {
      this.#inflate.once('error', () => done());
      this.#inflate.write(block, () => done());
    });
    return this.#failed || this.#size > LARGEST_BLOCK ? undefined : parsePairs(Buffer.concat(this.#chunks));
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function parsePairs(bytes: Buffer): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  let at = 0;
  const number = () => {
    const n = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : -1;
    at += 4;
    return n;
  };
  const text = () => {
    const size = number();
    if (size < 0 || at + size > bytes.length) return undefined;
    at += size;
    return bytes.toString('utf8', at - size, at);
  };
  const count = number();
  if (count < 0 || count > 1000) return undefined;
  for (let i = 0; i < count; i++) {
    const name = text();
    const value = text();
    if (name === undefined || value === undefined) return undefined;
    pairs.set(name.toLowerCase(), value);
  }
  return pairs;
}

/** Writes header blocks of one connection: one zlib stream of stored (uncompressed) parts, each flushed by an empty one. */
export class HeaderWriter {
  #started = false;

  write(pairs: ReadonlyMap<string, string>): Buffer {
    const data = Buffer.concat([
      uint32(pairs.size),
      ...[...pairs].flatMap(([name, value]) => [sized(name), sized(value)]),
    ]);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(data.length, 1);
    stored.writeUInt16LE(~data.length & 0xffff, 3);
    const flush = Buffer.of(0, 0, 0, 0xff, 0xff);
    // 0x78 0x20 | check bits: a zlib stream that starts from a dictionary.
    const start = this.#started ? Buffer.alloc(0) : Buffer.concat([Buffer.of(0x78, 0x3f), uint32(adler32(DICTIONARY))]);
    this.#started = true;
    return Buffer.concat([start, stored, data, flush]);
  }
}
