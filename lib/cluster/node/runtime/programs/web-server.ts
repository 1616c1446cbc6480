import type { HttpRequest, HttpResponse } from '../../../network/stack.ts';
import type { Process } from '../process.ts';

const TYPES: Record<string, string> = {
  html: 'text/html',
  htm: 'text/html',
  txt: 'text/plain',
  css: 'text/css',
  js: 'application/javascript',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  xml: 'text/xml',
};

/** A file below `root` for a request, as web servers serve them; error pages are the caller's. */
export function serveFile(p: Process, root: string, request: HttpRequest): HttpResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405 };
  const path = decodeURIComponent(request.target.split('?')[0] ?? '/');
  if (path.split('/').includes('..')) return { status: 400 };
  let file = root + path;
  if (p.fs.isDirectory(file)) {
    if (!path.endsWith('/')) return { status: 301, headers: { Location: `${path}/` } };
    file += 'index.html';
    if (!p.fs.exists(file)) return { status: 403 };
  }
  if (!p.fs.exists(file)) return { status: 404 };
  if (!p.fs.access(file, 4)) return { status: 403 };
  const entry = p.fs.stat(file);
  return {
    status: 200,
    body: p.fs.readFile(file),
    headers: {
      'Content-Type': TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      'Last-Modified': new Date(entry.mtime).toUTCString(),
      ETag: `"${Math.floor(entry.mtime / 1000).toString(16)}-${entry.size.toString(16)}"`,
      'Accept-Ranges': 'bytes',
    },
  };
}

const two = (n: number) => String(n).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `01/Jan/2026:00:00:00 +0000`. */
export function logTime(ms: number): string {
  const d = new Date(ms);
  return `${two(d.getUTCDate())}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}:${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`;
}

/** One line of a combined access log. */
export function accessLine(p: Process, request: HttpRequest, response: HttpResponse): string {
  const size = typeof response.body === 'string' ? Buffer.byteLength(response.body) : (response.body?.length ?? 0);
  const header = (name: string) => request.headers.get(name) ?? '-';
  return `${request.remote.ip} - - [${logTime(p.world.clock.now())}] "${request.method} ${request.target} HTTP/1.1" ${response.status} ${size} "${header('referer')}" "${header('user-agent')}"`;
}
