import { baseName } from '../../runtime/fs/file-system.ts';
import { statusOf } from '../../../machinery/status-error.ts';
import type { KubeletApi } from '../../../machinery/kubelet-api.ts';
import type { HttpResponse } from '../../../network/stack.ts';
import type { Disk } from '../../machine.ts';
import type { Kubelet } from '../kubelet.ts';
import { configz } from './configz.ts';
import { kubeletMetrics, resourceMetrics } from './metrics.ts';
import { statsSummary } from './stats-summary.ts';

const text = (body: string, status = 200): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body,
});
const json = (value: unknown): HttpResponse => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
});
const NOT_FOUND = text('404 page not found\n', 404);

/** What a kubelet's HTTPS server answers to somebody who may ask: its health, pods, configuration, usage, logs. */
export async function kubeletPage(
  kubelet: Kubelet,
  api: KubeletApi,
  method: string,
  target: string,
): Promise<HttpResponse> {
  const { pathname, searchParams } = new URL(target, 'http://kubelet');
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
  if (path === '/healthz' || path === '/healthz/ping' || path === '/healthz/syncloop') return text('ok');
  if (path === '/pods') return json(podList(kubelet));
  if (path === '/runningpods') return json(podList(kubelet));
  if (path === '/configz') return json(configz(kubelet.options.config.file));
  if (path === '/stats/summary') return json(statsSummary(kubelet, api.usage()));
  if (path === '/metrics') return text(kubeletMetrics(kubelet));
  if (path === '/metrics/resource') return text(resourceMetrics(kubelet, api.usage()));
  if (path === '/metrics/probes' || path === '/metrics/cadvisor' || path === '/metrics/slis') return text('');
  if (pathname === '/logs') return { status: 301, headers: { Location: '/logs/' }, body: '' };
  if (pathname.startsWith('/logs/')) return logFile(kubelet.options.disk, pathname.slice('/logs'.length));
  const [, kind, namespace = '', name = '', container = ''] = path.split('/').map(decodeURIComponent);
  if (kind === 'containerLogs' && method === 'GET' && container !== '')
    return containerLog(api, { namespace, name, container }, searchParams);
  return NOT_FOUND;
}

function podList(kubelet: Kubelet): object {
  const items = [...kubelet.workers.values()].map((worker) => ({
    ...worker.pod,
    status: worker.statusOf(worker.pod),
  }));
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items };
}

/** Files below /var/log, as Go's file server shows them. */
function logFile(disk: Disk, path: string): HttpResponse {
  const file = `/var/log${decodeURIComponent(path)}`;
  if (!disk.fs.exists(file)) return NOT_FOUND;
  if (!disk.fs.isDirectory(file)) return text(disk.read(file) ?? '');
  if (!path.endsWith('/')) return { status: 301, headers: { Location: `${baseName(file)}/` }, body: '' };
  const names = disk.list(file).map((name) => (disk.fs.isDirectory(`${file}${name}`) ? `${name}/` : name));
  const lines = names.sort().map((name) => `<a href="${encodeURI(name)}">${name}</a>\n`);
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${lines.join('')}</pre>\n`,
  };
}

async function containerLog(
  api: KubeletApi,
  { namespace, name, container }: { namespace: string; name: string; container: string },
  query: URLSearchParams,
): Promise<HttpResponse> {
  const tail = query.get('tailLines');
  try {
    const stream = await api.logs(
      { namespace, name, uid: '' },
      {
        container,
        follow: false,
        previous: query.get('previous') === 'true',
        timestamps: query.get('timestamps') === 'true',
        ...(tail === null ? {} : { tailLines: Number(tail) }),
        signal: new AbortController().signal,
      },
    );
    return text(await new Response(stream).text());
  } catch (err) {
    const status = statusOf(err);
    if (!status) throw err;
    return text(`${status.message}\n`, status.code);
  }
}
