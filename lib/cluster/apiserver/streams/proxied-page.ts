/** Attributes that hold addresses, by tag (upstream: apimachinery/pkg/util/proxy, after HTML's own list). */
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** An address as seen through the proxy: a path from the root is put below `prefix`. */
function through(prefix: string, address: string): string {
  const fromRoot = address.startsWith('/') && !address.startsWith('//');
  return fromRoot && !address.startsWith(prefix) ? prefix + address : address;
}

/** A page whose links stay within the proxy: `<a href="/x">` becomes `<a href="<prefix>/x">`. */
export function proxiedPage(html: string, prefix: string): string {
  return html.replace(/<([a-zA-Z]+)((?:\s+[^\s=>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?)+)/g, (tag, name: string) => {
    const attributes = ADDRESSES[name.toLowerCase()];
    if (!attributes) return tag;
    return tag.replace(
      /(\s)([^\s=>]+)(\s*=\s*)(["']?)([^"'\s>]*)/g,
      (all, space, key: string, sign, quote, value: string) =>
        attributes.includes(key.toLowerCase()) ? `${space}${key}${sign}${quote}${through(prefix, value)}` : all,
    );
  });
}
