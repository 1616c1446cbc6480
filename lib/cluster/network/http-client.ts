import type { BytePipe } from './byte-pipe.ts';
import type { Connection } from './stack.ts';

export interface HttpAnswer {
  status: number;
  reason: string;
  version: string;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

/** The other side closed the connection, or did not speak HTTP. */
export class HttpError extends Error {}

/** Sends one request and reads the whole answer. The caller closes the connection. */
export async function httpRequest(
  connection: Connection,
  request: { method: string; target: string; headers: Record<string, string>; body?: Uint8Array },
): Promise<HttpAnswer> {
  const { method, target, headers, body } = request;
  const lines = Object.entries({ ...headers, ...(body?.length ? { 'Content-Length': String(body.length) } : {}) });
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`;
  if (!(await connection.output.write(Buffer.from(head)))) throw new HttpError('connection closed');
  if (body?.length) await connection.output.write(body);
  return readAnswer(connection.input, method === 'HEAD');
}

/** Reads up to an empty line; undefined when the other side closed before sending anything. */
export async function readHead(input: BytePipe): Promise<string[] | undefined> {
  let data = Buffer.alloc(0);
  for (;;) {
    const end = headEnd(data);
    if (end) {
      input.unread(data.subarray(end.after));
      return data.subarray(0, end.at).toString('latin1').split(/\r?\n/);
    }
    const chunk = await input.read();
    if (!chunk) return data.length ? data.toString('latin1').split(/\r?\n/) : undefined;
    data = Buffer.concat([data, chunk]);
    if (data.length > 64 * 1024) throw new HttpError('header too large');
  }
}

function headEnd(data: Buffer): { at: number; after: number } | undefined {
  const crlf = data.indexOf('\r\n\r\n');
  const lf = data.indexOf('\n\n');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { at: crlf, after: crlf + 4 };
  return lf >= 0 ? { at: lf, after: lf + 2 } : undefined;
}

export function parseHeaders(lines: readonly string[]): [string, string][] {
  return lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]] : [];
  });
}

async function readAnswer(input: BytePipe, headOnly: boolean): Promise<HttpAnswer> {
  const lines = await readHead(input);
  const first = /^(HTTP\/[\d.]+) (\d{3}) ?(.*)$/.exec(lines?.[0] ?? '');
  if (!lines) throw new HttpError('empty reply');
  if (!first) throw new HttpError('not HTTP');
  const headers = parseHeaders(lines.slice(1));
  const header = (name: string) => headers.find(([k]) => k.toLowerCase() === name)?.[1];
  const status = Number(first[2]);
  const answer = { status, reason: first[3] ?? '', version: first[1] ?? '', headers };
  if (headOnly || status === 204 || status === 304) return { ...answer, body: new Uint8Array() };
  const length = header('content-length');
  if (header('transfer-encoding')?.toLowerCase() === 'chunked') return { ...answer, body: await readChunks(input) };
  if (length !== undefined) return { ...answer, body: await readExactly(input, Number(length)) };
  return { ...answer, body: await input.readAll() };
}

/** Reads so many bytes, fewer when the other side ends before. */
export async function readExactly(input: BytePipe, length: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let have = 0;
  while (have < length) {
    const chunk = await input.read();
    if (!chunk) break;
    const take = chunk.subarray(0, length - have);
    if (take.length < chunk.length) input.unread(chunk.subarray(take.length));
    chunks.push(take);
    have += take.length;
  }
  return Buffer.concat(chunks);
}

async function readChunks(input: BytePipe): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const size = parseInt((await readLine(input)) ?? '0', 16);
    if (!size) return Buffer.concat(chunks);
    chunks.push(await readExactly(input, size));
    await readLine(input);
  }
}

async function readLine(input: BytePipe): Promise<string | undefined> {
  let line = '';
  for (let chunk = await input.read(); chunk; chunk = await input.read()) {
    const end = chunk.indexOf(10);
    if (end >= 0) {
      input.unread(chunk.subarray(end + 1));
      return (line + Buffer.from(chunk.subarray(0, end)).toString('latin1')).trim();
    }
    line += Buffer.from(chunk).toString('latin1');
  }
  return line || undefined;
}
