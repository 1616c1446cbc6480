import { createHash } from 'node:crypto';

/** A mistake in a Corefile. */
export class CorefileError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export interface Directive {
  name: string;
  args: string[];
  block: Directive[];
}

export interface ServerBlock {
  zones: string[];
  port: number;
  directives: Directive[];
}

const KNOWN = new Set([
  'any',
  'autopath',
  'bind',
  'bufsize',
  'cache',
  'errors',
  'file',
  'forward',
  'health',
  'hosts',
  'kubernetes',
  'lameduck',
  'local',
  'log',
  'loop',
  'loadbalance',
  'metadata',
  'minimal',
  'prometheus',
  'ready',
  'reload',
  'rewrite',
  'template',
  'trace',
  'whoami',
  'import',
  'acl',
  'debug',
  'dns64',
  'dnssec',
  'view',
  'timeouts',
  'tls',
  'cancel',
  'chaos',
  'header',
]);

/** CoreDNS's configuration, parsed. */
export class Corefile {
  readonly blocks: ServerBlock[] = [];
  readonly digest: string;
  #tokens: { text: string; line: number }[] = [];
  #at = 0;

  constructor(text: string) {
    this.digest = createHash('sha512').update(text).digest('hex');
    for (const [i, line] of text.split('\n').entries()) {
      const bare = line.replace(/(^|\s)#.*$/, '');
      for (const found of bare.matchAll(/"([^"]*)"|\S+/g))
        this.#tokens.push({ text: found[1] ?? found[0], line: i + 1 });
      this.#tokens.push({ text: '\n', line: i + 1 });
    }
    for (this.#skip(); this.#at < this.#tokens.length; this.#skip()) this.blocks.push(this.#server());
    this.#tokens = [];
  }

  get port(): number {
    return this.blocks[0]?.port ?? 53;
  }

  has(name: string): boolean {
    return this.blocks.some((block) => block.directives.some((d) => d.name === name));
  }

  /** The block whose zone matches a name best. */
  blockFor(name: string): ServerBlock | undefined {
    let best: { block: ServerBlock; length: number } | undefined;
    for (const block of this.blocks) {
      for (const zone of block.zones) {
        const matches = zone === '' || name === zone || name.endsWith(`.${zone}`);
        if (matches && (!best || zone.length > best.length)) best = { block, length: zone.length };
      }
    }
    return best?.block;
  }

  #skip(): void {
    while (this.#tokens[this.#at]?.text === '\n') this.#at++;
  }

  #server(): ServerBlock {
    const names: string[] = [];
    let token = this.#tokens[this.#at];
    const line = token?.line ?? 1;
    for (; token && token.text !== '{' && token.text !== '\n'; token = this.#tokens[++this.#at])
      names.push(token.text.replace(/,$/, ''));
    this.#skip();
    if (this.#tokens[this.#at]?.text !== '{')
      throw new CorefileError(line, `Expected '{', got '${this.#tokens[this.#at]?.text ?? 'EOF'}'`);
    this.#at++;
    const directives = this.#block(true);
    const port = Number(/:(\d+)$/.exec(names[0] ?? '')?.[1] ?? 53);
    return {
      zones: names.map((n) =>
        n
          .replace(/^\w+:\/\//, '')
          .replace(/:\d+$/, '')
          .replace(/\.$/, ''),
      ),
      port,
      directives,
    };
  }

  #block(top: boolean): Directive[] {
    const found: Directive[] = [];
    for (;;) {
      this.#skip();
      const token = this.#tokens[this.#at];
      if (!token) throw new CorefileError(this.#tokens.at(-1)?.line ?? 1, "Unexpected EOF, expecting '}'");
      this.#at++;
      if (token.text === '}') return found;
      if (top && !KNOWN.has(token.text)) throw new CorefileError(token.line, `Unknown directive '${token.text}'`);
      const directive: Directive = { name: token.text, args: [], block: [] };
      for (let next = this.#tokens[this.#at]; next && next.text !== '\n'; next = this.#tokens[this.#at]) {
        this.#at++;
        if (next.text === '{') {
          directive.block = this.#block(false);
          break;
        }
        if (next.text === '}') {
          found.push(directive);
          return found;
        }
        directive.args.push(next.text);
      }
      found.push(directive);
    }
  }
}
