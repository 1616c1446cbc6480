import type { HttpRequest, HttpResponse } from '../../../network/stack.ts';
import { joinPath } from '../fs/file-system.ts';
import type { Process, Program } from '../process.ts';
import { listenHttp } from './listen.ts';
import { options } from './options.ts';
import { serveFile } from './web-server.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
};
const WORDS: Readonly<Record<number, string>> = {
  400: 'Unsupported method',
  403: '',
  404: 'The requested URL was not found',
  405: 'Unsupported method',
};

/** busybox's `httpd [-f] [-v] [-p [IP:]PORT] [-h HOME]`: the files of a folder. Without -f it goes on in the background. */
export const httpd: Program = async (p, args) => {
  const { flags, values } = options(args, 'phcurde');
  const [, address, port = '80'] = /^(?:(.*):)?(\d+)$/.exec(values.get('p') ?? '80') ?? [];
  const home = joinPath(p.cwd, values.get('h') ?? '.').replace(/\/$/, '');
  if (!p.fs.isDirectory(home || '/')) {
    await p.warn(`httpd: can't change directory to '${values.get('h') ?? '.'}': No such file or directory\n`);
    return 1;
  }
  const serve: Program = (server) => {
    try {
      listenHttp(server, {
        port: Number(port),
        ...(address && address !== '0.0.0.0' ? { address } : {}),
        handler: (request) => answer(server, home, request),
        headers: () => ({ Date: new Date(server.world.clock.now()).toUTCString() }),
      });
    } catch {
      void server.stderr.write('httpd: bind: Address already in use\n');
      return 1;
    }
    return server.forever();
  };
  if (flags.has('f')) return serve(p, args);
  p.spawn(serve, { argv: p.argv });
  return 0;
};

function answer(p: Process, home: string, request: HttpRequest): HttpResponse {
  const found = serveFile(p, home, request);
  if (found.status < 400) return found;
  // A folder without index.html is not found, rather than forbidden.
  const status = found.status === 403 && request.target.endsWith('/') ? 404 : found.status;
  const title = `${status} ${REASONS[status] ?? ''}`;
  return {
    status,
    headers: { 'Content-Type': 'text/html' },
    body: `<HTML><HEAD><TITLE>${title}</TITLE></HEAD>\n<BODY><H1>${title}</H1>\n${WORDS[status] ?? ''}\n</BODY></HTML>\n`,
  };
}
