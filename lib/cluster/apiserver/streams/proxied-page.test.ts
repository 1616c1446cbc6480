import { expect, test } from 'vitest';
import { proxiedPage } from './proxied-page.ts';

const PREFIX = '/api/v1/namespaces/default/pods/web:80/proxy';

test.each([
  ['<a href="/x">y</a>', `<a href="${PREFIX}/x">y</a>`],
  [`<img alt='a' src='/i.png'>`, `<img alt='a' src='${PREFIX}/i.png'>`],
  ['<a href="x.html">y</a>', '<a href="x.html">y</a>'],
  ['<a href="http://nginx.org/">nginx.org</a>', '<a href="http://nginx.org/">nginx.org</a>'],
  ['<a href="//cdn.example/x">y</a>', '<a href="//cdn.example/x">y</a>'],
  [`<a href="${PREFIX}/x">y</a>`, `<a href="${PREFIX}/x">y</a>`],
  ['<p title="/x">/x</p>', '<p title="/x">/x</p>'],
])('%s', (page, seen) => {
  expect(proxiedPage(page, PREFIX)).toBe(seen);
});
