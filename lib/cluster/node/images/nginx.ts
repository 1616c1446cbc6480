import type { HttpRequest, HttpResponse } from '../../network/stack.ts';
import { userland } from '../runtime/programs/index.ts';
import { listenHttp } from '../runtime/programs/listen.ts';
import { curl } from '../runtime/programs/curl.ts';
import { accessLine, serveFile } from '../runtime/programs/web-server.ts';
import type { Process, Program } from '../runtime/process.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

const VERSION = '1.27.5';

const PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>
</body>
</html>
`;

const CONFIG = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
`;

const MAIN_CONFIG = `user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/conf.d/*.conf;
}
`;

const TITLES: Record<number, string> = {
  400: '400 Bad Request',
  403: '403 Forbidden',
  404: '404 Not Found',
  405: '405 Not Allowed',
  301: '301 Moved Permanently',
};

interface Site {
  ports: number[];
  root: string;
  answers: { path: string; status: number; body: string }[];
}

/** The servers of nginx's configuration, as far as people write them in exercises: listen, root, location … return. */
function readSites(p: Process): Site[] | string {
  const text = (path: string) => p.fs.readText(path);
  if (!p.fs.exists('/etc/nginx/nginx.conf'))
    return 'open() "/etc/nginx/nginx.conf" failed (2: No such file or directory)';
  const main = text('/etc/nginx/nginx.conf');
  let config = main;
  if (/include\s+\/etc\/nginx\/conf\.d\/\*\.conf/.test(main) && p.fs.isDirectory('/etc/nginx/conf.d')) {
    for (const name of p.fs.readdir('/etc/nginx/conf.d'))
      if (name.endsWith('.conf')) config += text(`/etc/nginx/conf.d/${name}`);
  }
  const bare = config.replace(/#.*$/gm, '');
  const opens = bare.split('{').length;
  const closes = bare.split('}').length;
  if (opens > closes)
    return `unexpected end of file, expecting "}" in /etc/nginx/nginx.conf:${main.split('\n').length}`;
  if (closes > opens) return 'unexpected "}" in /etc/nginx/nginx.conf:1';
  return bare
    .split(/\bserver\s*\{/)
    .slice(1)
    .map((block): Site => {
      const ports = [...block.matchAll(/\blisten\s+(?:[\d.*]+:)?(\d+)/g)].map((m) => Number(m[1]));
      const answers = [
        ...block.matchAll(/location\s+(?:=\s*)?(\S+)\s*\{[^}]*?return\s+(\d+)(?:\s+("[^"]*"|'[^']*'|[^;]+))?;/g),
      ].map((m) => ({
        path: m[1] ?? '/',
        status: Number(m[2]),
        body: (m[3] ?? '').replace(/^["']|["']$/g, '').replace(/\\n/g, '\n'),
      }));
      return {
        ports: ports.length ? ports : [80],
        root: /\broot\s+([^;]+);/.exec(block)?.[1]?.trim() ?? '/usr/share/nginx/html',
        answers,
      };
    });
}

function errorPage(status: number): string {
  const title = TITLES[status] ?? String(status);
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/${VERSION}</center>\r\n</body>\r\n</html>\r\n`;
}

const stamp = (p: Process) =>
  new Date(p.world.clock.now()).toISOString().slice(0, 19).replace('T', ' ').replace(/-/g, '/');

const nginxProgram: Program = async (p, args) => {
  const notice = (text: string, level = 'notice') => p.warn(`${stamp(p)} [${level}] ${p.pid}#${p.pid}: ${text}\n`);
  if (args.includes('-v') || args.includes('-V')) {
    await p.warn(`nginx version: nginx/${VERSION}\n`);
    return 0;
  }
  const sites = readSites(p);
  if (args.includes('-t')) {
    await p.warn(
      typeof sites === 'string'
        ? `nginx: [emerg] ${sites}\nnginx: configuration file /etc/nginx/nginx.conf test failed\n`
        : 'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
    );
    return typeof sites === 'string' ? 1 : 0;
  }
  const order = args[args.indexOf('-s') + 1];
  if (args.includes('-s')) {
    p.world.processes.mainOf(p.world)?.kill(order === 'reload' ? 'HUP' : 'QUIT');
    return 0;
  }
  if (typeof sites === 'string') {
    await notice(sites, 'emerg');
    await p.warn(`nginx: [emerg] ${sites}\n`);
    return 1;
  }
  const log = async (request: HttpRequest, response: HttpResponse) => {
    if (response.status === 404 || response.status === 403) {
      const path = `/usr/share/nginx/html${request.target.split('?')[0]}`;
      const why =
        response.status === 404
          ? `open() "${path}" failed (2: No such file or directory)`
          : `directory index of "${path}" is forbidden`;
      await p.stderr.write(
        `${stamp(p)} [error] 29#29: *1 ${why}, client: ${request.remote.ip}, server: localhost, request: "${request.method} ${request.target} HTTP/1.1", host: "${request.headers.get('host') ?? ''}"\n`,
      );
    }
    await p.stdout.write(`${accessLine(p, request, response)} "-"\n`);
  };
  for (const site of sites) {
    const handler = async (request: HttpRequest): Promise<HttpResponse> => {
      const path = request.target.split('?')[0] ?? '/';
      const fixed = site.answers
        .filter((a) => path === a.path || path.startsWith(a.path))
        .sort((a, b) => b.path.length - a.path.length)[0];
      let response: HttpResponse = fixed
        ? { status: fixed.status, body: fixed.body, headers: { 'Content-Type': 'text/plain' } }
        : serveFile(p, site.root, request);
      if (response.status >= 300 && !response.body)
        response = {
          ...response,
          body: errorPage(response.status),
          headers: { 'Content-Type': 'text/html', ...response.headers },
        };
      await log(request, response);
      return response;
    };
    for (const port of site.ports) {
      try {
        listenHttp(p, {
          port,
          handler,
          headers: () => ({ Server: `nginx/${VERSION}`, Date: new Date(p.world.clock.now()).toUTCString() }),
        });
      } catch {
        await notice(`bind() to 0.0.0.0:${port} failed (98: Address already in use)`, 'emerg');
        await p.warn(`nginx: [emerg] bind() to 0.0.0.0:${port} failed (98: Address already in use)\n`);
        return 1;
      }
    }
  }
  await notice('using the "epoll" event method');
  await notice(`nginx/${VERSION}`);
  await notice('start worker processes');
  await notice('start worker process 29');
  const stop = (signal: string, number: number) => {
    void notice(`signal ${number} (${signal}) received, exiting`).catch(() => undefined);
    p.end({ code: 0 });
  };
  p.on('TERM', () => stop('SIGTERM', 15));
  p.on('INT', () => stop('SIGINT', 2));
  p.on('QUIT', () => stop('SIGQUIT', 3));
  p.on('HUP', () => void notice('signal 1 (SIGHUP) received from 30, reconfiguring').catch(() => undefined));
  return p.forever();
};

export const nginx = defineImage({
  repository: 'docker.io/library/nginx',
  tags: [
    'latest', 'stable', 'mainline', 'alpine', 'stable-alpine', '1', '1-alpine', '1.7.9', '1.14', '1.14.2', '1.15', '1.16', '1.16.1', '1.17', '1.18', '1.18.0',
    '1.19', '1.19.1', '1.20', '1.20.0', '1.21', '1.21.1', '1.21.6', '1.22', '1.22.1', '1.23', '1.23.1', '1.24', '1.24.0', '1.25', '1.25.1', '1.25.3', '1.25-alpine',
    '1.26', '1.26.0', '1.26-alpine', '1.27', '1.27.0', '1.27.1', '1.27-alpine', '1.28', '1.28-alpine', '1.29', '1.29-alpine',
  ], // prettier-ignore
  size: 72_319_283,
  entrypoint: ['/docker-entrypoint.sh'],
  cmd: ['nginx', '-g', 'daemon off;'],
  env: { NGINX_VERSION: VERSION },
  programs: new Map([
    ...userland({ bash: true, network: true }),
    ['/usr/sbin/nginx', nginxProgram],
    ['/usr/bin/curl', curl],
  ]),
  usage: { memory: 3_600_000, cpu: 50_000 },
  files: {
    ...BASE_FILES,
    '/docker-entrypoint.sh': {
      mode: 0o755,
      content:
        '#!/bin/sh\nset -e\nif [ "$1" = nginx ]; then\n  echo "/docker-entrypoint.sh: Configuration complete; ready for start up"\nfi\nexec "$@"\n',
    },
    '/usr/share/nginx/html/index.html': PAGE,
    '/etc/nginx/nginx.conf': MAIN_CONFIG,
    '/etc/nginx/conf.d/default.conf': CONFIG,
    '/var/log/nginx/access.log': { link: '/dev/stdout' },
    '/var/log/nginx/error.log': { link: '/dev/stderr' },
    '/var/cache/nginx/': { mode: 0o755 },
  },
});
