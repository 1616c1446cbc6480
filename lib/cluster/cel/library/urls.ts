import type { Library } from './library.ts';

class CelURL {
  readonly url: URL;
  constructor(url: URL) {
    this.url = url;
  }
}

/** Go's url.ParseRequestURI: absolute, or a path from the root. */
function parse(text: string): URL | undefined {
  if (text.startsWith('/')) return URL.canParse(text, 'go:') ? undefined : new URL(`none://none${text}`);
  return /^[a-zA-Z][a-zA-Z\d+.-]*:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function read(text: string): CelURL {
  const url = parse(text);
  if (!url)
    throw new Error(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    );
  return new CelURL(url);
}

const bare = (url: URL) => url.protocol === 'none:';

/** `url(self.endpoint).getScheme() == 'https'` */
export const urls: Library = {
  types: [{ name: 'kubernetes.URL', ctor: CelURL }],
  functions: [
    ['url(string): kubernetes.URL', read],
    ['isURL(string): bool', (s: string) => parse(s) !== undefined],
    ['kubernetes.URL.getScheme(): string', ({ url }: CelURL) => (bare(url) ? '' : url.protocol.slice(0, -1))],
    ['kubernetes.URL.getHost(): string', ({ url }: CelURL) => (bare(url) ? '' : url.host)],
    [
      'kubernetes.URL.getHostname(): string',
      ({ url }: CelURL) => (bare(url) ? '' : url.hostname.replace(/^\[|\]$/g, '')),
    ],
    ['kubernetes.URL.getPort(): string', ({ url }: CelURL) => url.port],
    ['kubernetes.URL.getEscapedPath(): string', ({ url }: CelURL) => url.pathname],
    [
      'kubernetes.URL.getQuery(): map<string, list<string>>',
      ({ url }: CelURL) =>
        Object.fromEntries([...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)])),
    ],
  ],
};
