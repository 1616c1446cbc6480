import { HttpError, type HttpAnswer } from '../../../network/http-client.ts';
import { isNetError } from '../../../network/net-error.ts';
import { joinPath } from '../fs/file-system.ts';
import type { Program } from '../process.ts';
import { fetchUrl, parseUrl } from './fetch-url.ts';
import { resolve } from './names.ts';
import { options } from './options.ts';

export const wget: Program = async (p, args) => {
  const { flags, values, operands } = options(args, 'OTUYt');
  const quiet = flags.has('q');
  const timeoutMs = Number(values.get('T') ?? values.get('timeout') ?? 900) * 1000;
  const say = (text: string) => (quiet ? Promise.resolve(true) : p.warn(text));
  let target = operands[0] ?? '';
  for (let hops = 0; hops < 5; hops++) {
    const url = parseUrl(target);
    let address: string;
    try {
      address = await resolve(p, url.host);
    } catch (err) {
      if (!isNetError(err)) throw err;
      await p.warn(
        `wget: bad address '${url.host}${/:\d+/.test(target.replace(/^\w+:\/\//, '')) ? `:${url.port}` : ''}'\n`,
      );
      return 1;
    }
    await say(`Connecting to ${url.host}${url.port === 80 ? '' : `:${url.port}`} (${address}:${url.port})\n`);
    let answer: HttpAnswer;
    try {
      const extra = [...values]
        .filter(([k]) => k === 'header')
        .map(([, v]) => [v.slice(0, v.indexOf(':')), v.slice(v.indexOf(':') + 1).trim()] as const);
      const post = values.get('post-data');
      answer = await fetchUrl(p, url, {
        method: post === undefined ? 'GET' : 'POST',
        headers: { 'User-Agent': 'Wget', ...Object.fromEntries(extra) },
        timeoutMs,
        address,
        ...(post === undefined ? {} : { body: Buffer.from(post) }),
      });
    } catch (err) {
      if (!isNetError(err) && !(err instanceof HttpError)) throw err;
      const text =
        isNetError(err) && err.code === 'ETIMEDOUT'
          ? 'wget: download timed out'
          : `wget: can't connect to remote host (${address}): ${err.message}`;
      await p.warn(`${text}\n`);
      return 1;
    }
    const location = answer.headers.find(([k]) => k.toLowerCase() === 'location')?.[1];
    if (answer.status >= 300 && answer.status < 400 && location) {
      target = location.startsWith('/') ? `${url.scheme}://${url.host}:${url.port}${location}` : location;
      continue;
    }
    if (flags.has('S'))
      await p.warn(
        `  ${answer.version} ${answer.status} ${answer.reason}\n${answer.headers.map(([k, v]) => `  ${k}: ${v}\n`).join('')}`,
      );
    if (answer.status >= 400) {
      await p.warn(`wget: server returned error: ${answer.version} ${answer.status} ${answer.reason}\n`);
      return 1;
    }
    if (flags.has('spider')) return 0;
    const name = values.get('O') ?? (url.target.split('?')[0]?.split('/').at(-1) || 'index.html');
    if (name === '-') {
      await say('writing to stdout\n');
      await p.print(answer.body);
      await say(
        `-                    100% |********************************| ${String(answer.body.length).padStart(5)}  0:00:00 ETA\nwritten to stdout\n`,
      );
      return 0;
    }
    await say(`saving to '${name}'\n`);
    p.fs.writeFile(joinPath(p.cwd, name), answer.body);
    await say(
      `${name.padEnd(20)} 100% |********************************| ${String(answer.body.length).padStart(5)}  0:00:00 ETA\n'${name}' saved\n`,
    );
    return 0;
  }
  await p.warn('wget: too many redirections\n');
  return 1;
};
