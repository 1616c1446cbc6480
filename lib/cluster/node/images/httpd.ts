import type { HttpRequest, HttpResponse } from '../../network/stack.ts';
import { userland } from '../runtime/programs/index.ts';
import { listenHttp } from '../runtime/programs/listen.ts';
import { curl } from '../runtime/programs/curl.ts';
import { logTime, serveFile } from '../runtime/programs/web-server.ts';
import type { Program } from '../runtime/process.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

const ROOT = '/usr/local/apache2/htdocs';

const program: Program = async (p) => {
  const config = p.fs.exists('/usr/local/apache2/conf/httpd.conf')
    ? p.fs.readText('/usr/local/apache2/conf/httpd.conf')
    : '';
  const port = Number(/^Listen (?:.*:)?(\d+)/m.exec(config)?.[1] ?? 80);
  const handler = async (request: HttpRequest): Promise<HttpResponse> => {
    let response = serveFile(p, ROOT, request);
    if (response.status === 403 && request.target.endsWith('/')) response = { ...response, status: 404 };
    if (response.status >= 400) {
      const title = response.status === 404 ? '404 Not Found' : `${response.status}`;
      response = {
        status: response.status,
        body: `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${title.slice(4)}</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n`,
        headers: { 'Content-Type': 'text/html; charset=iso-8859-1' },
      };
    }
    await p.stdout.write(
      `${request.remote.ip} - - [${logTime(p.world.clock.now())}] "${request.method} ${request.target} HTTP/1.1" ${response.status} ${response.body?.length ?? 0}\n`,
    );
    return response;
  };
  try {
    listenHttp(p, {
      port,
      handler,
      headers: () => ({ Date: new Date(p.world.clock.now()).toUTCString(), Server: 'Apache/2.4.63 (Unix)' }),
    });
  } catch {
    await p.warn(
      `(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:${port}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n`,
    );
    return 1;
  }
  await p.warn(
    `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${p.world.net.ip}. Set the 'ServerName' directive globally to suppress this message\n`,
  );
  await p.warn(
    `[mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.63 (Unix) configured -- resuming normal operations\n[core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'\n`,
  );
  for (const signal of ['TERM', 'INT', 'WINCH'] as const) p.on(signal, () => p.end({ code: 0 }));
  return p.forever();
};

export const httpd = defineImage({
  repository: 'docker.io/library/httpd',
  tags: ['latest', '2', '2.4', '2.4-alpine', 'alpine', '2.4.58', '2.4.62', '2.4.63'],
  size: 62_041_733,
  cmd: ['httpd-foreground'],
  workingDir: '/usr/local/apache2',
  env: {
    PATH: '/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HTTPD_PREFIX: '/usr/local/apache2',
  },
  programs: new Map([
    ...userland({ bash: true, network: true }),
    ['/usr/local/apache2/bin/httpd', program],
    ['/usr/local/bin/httpd-foreground', program],
    ['/usr/bin/curl', curl],
  ]),
  files: {
    ...BASE_FILES,
    [`${ROOT}/index.html`]: '<html><body><h1>It works!</h1></body></html>\n',
    '/usr/local/apache2/conf/httpd.conf': 'Listen 80\nDocumentRoot "/usr/local/apache2/htdocs"\n',
  },
  usage: { memory: 6_500_000, cpu: 100_000 },
});
