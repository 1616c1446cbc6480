import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { deepClone } from '../../kit/deep.ts';
import type { JsonObject } from '../machinery/object.ts';
import { BUILT_IN } from './registry.ts';
import { testServer } from './test-server.ts';

/**
 * Defaults and validation of every kind, asked at the front door of an API server. The tables stand beside the kinds, as
 * `KIND.cases.yaml`. Their texts are upstream's, taken from its source and from recordings, never from our own answers.
 */
interface Table {
  /** The smallest object that is stored. */
  object: JsonObject;
  /** What the answer holds beyond it; null for what it lacks or holds as null. Lists are merged by index. */
  defaults?: JsonObject;
  /** What is answered where nothing is stored: a review's status, a binding's Status. */
  answer?: JsonObject;
  /** Objects that exist before. */
  exist?: JsonObject[];
  /** New objects that are refused. */
  refused?: Row[];
  /** New objects that are stored. */
  stored?: Row[];
  /** Changes of the stored object. Each row begins with a new one. */
  updates?: Row[];
}

interface Row {
  /** What differs from `object` before it is created, by path: `spec.ports[0].port: 80`; null removes. */
  given?: JsonObject;
  /** What differs in the request. */
  set?: JsonObject;
  /** Where an update is sent, when not to the object itself: `status`. */
  to?: string;
  /** Every complaint, a line each, in order: `spec.replicas: Required value`. Words of FORMATS stand in `<>`. */
  because?: string;
  /** The message of another refusal than that of validation. */
  says?: string;
  /** What the answer holds, by path; null for what it lacks. */
  gives?: JsonObject;
}

const FORMATS: Readonly<Record<string, string>> = {
  'dns-label':
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  'dns-subdomain':
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  'dns-1035':
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  'qualified-name':
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  'label-value':
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
};

/** The server's own controllers write an object once or twice. */
const UPDATE_ATTEMPTS = 5;

const KINDS = join(import.meta.dirname, '../kinds');
const written = (text: string) =>
  text.trimEnd().replace(/<([a-z0-9-]+)>/g, (all, name: string) => FORMATS[name] ?? all);

function tables(): [file: string, table: Table][] {
  const files = readdirSync(KINDS, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.cases.yaml'));
  return files.sort().map((file) => {
    const path = join(KINDS, file);
    return [relative(KINDS, path), parse(readFileSync(path, 'utf8')) as Table];
  });
}

type Bag = Record<string, unknown>;
const stepsOf = (path: string) => [...path.matchAll(/[^.[\]]+/g)].map(([step]) => step);

/** A copy of an object with some of its fields set or, by null, removed; missing parents are made. */
function change(object: JsonObject, fields: JsonObject = {}): JsonObject {
  const copy = deepClone(object);
  for (const [path, value] of Object.entries(fields)) {
    const steps = stepsOf(path);
    const last = steps.pop() ?? '';
    let at: Bag = copy;
    steps.forEach((step, i) => {
      at[step] ??= /^\d+$/.test(steps[i + 1] ?? last) ? [] : {};
      at = at[step] as Bag;
    });
    if (value === null) delete at[last];
    else at[last] = value;
  }
  return copy;
}

const valueAt = (object: JsonObject, path: string): unknown =>
  stepsOf(path).reduce<unknown>((at, step) => (at as Bag | undefined)?.[step], object);

function merge(value: unknown, more: unknown): unknown {
  if (typeof more !== 'object' || more === null || typeof value !== 'object' || value === null) return more;
  if (Array.isArray(value) && Array.isArray(more)) {
    const [list, added]: [unknown[], unknown[]] = [value, more];
    return [...list.map((v, i) => (i in added ? merge(v, added[i]) : v)), ...added.slice(list.length)];
  }
  const merged: Bag = { ...value };
  for (const [key, v] of Object.entries(more)) {
    if (v === null) delete merged[key];
    else merged[key] = merge(merged[key], v);
  }
  return merged;
}

interface Answer {
  code: number;
  object: JsonObject;
}

const resourceOf = ({ apiVersion, kind }: JsonObject) => {
  for (const { group, version, resources } of BUILT_IN) {
    const facts = resources.find((r) => r.responseKind.kind === kind);
    const own = group ? `${group}/${version}` : version;
    if (facts && own === apiVersion) return { ...facts, root: group ? `/apis/${own}` : `/api/${own}` };
  }
  throw new Error(`no resource serves ${String(apiVersion)} ${String(kind)}`);
};

function collectionOf(object: JsonObject): string {
  const { root, resource, scope } = resourceOf(object);
  const { namespace = 'default' } = (object['metadata'] ?? {}) as { namespace?: string };
  return scope === 'Namespaced' ? `${root}/namespaces/${namespace}/${resource}` : `${root}/${resource}`;
}

/** A server of its own, with the objects that a table asks for. */
async function serve({ exist = [] }: Table) {
  const server = testServer();
  const send = async (method: string, path: string, body?: JsonObject): Promise<Answer> => {
    const headers = { authorization: 'Bearer admin', 'content-type': 'application/json' };
    const response = await server.handle(
      new Request(`https://cluster${path}${body ? '?fieldValidation=Strict' : ''}`, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      }),
      {},
    );
    return { code: response.status, object: (await response.json()) as JsonObject };
  };
  const create = (object: JsonObject) => send('POST', collectionOf(object), object);
  for (const object of exist) expect(await create(object)).toMatchObject({ code: 201 });
  /** Changes the newest state of an object, which the server itself may write too. */
  const update = async (path: string, { set, to }: Row): Promise<Answer> => {
    for (let attempt = 1; ; attempt++) {
      const { object } = await send('GET', path);
      const answer = await send('PUT', to ? `${path}/${to}` : path, change(object, set));
      if (answer.code !== 409 || attempt === UPDATE_ATTEMPTS) return answer;
    }
  };
  return { create, update };
}

interface Status {
  message?: string;
  details?: { causes?: { field?: string; message?: string }[] };
}

/** The complaints of a refusal, or what else it says; '' when there is none. */
function complaints({ code, object }: Answer): string {
  if (code < 300) return '';
  const { message = '', details } = object as Status;
  const causes = (details?.causes ?? []).map((c) => `${c.field ?? ''}: ${c.message ?? ''}`);
  return code === 422 && causes.length ? causes.join('\n') : message;
}

function judge(answer: Answer, { because, says, gives = {} }: Row): void {
  expect(complaints(answer).trimEnd()).toBe(written(because ?? says ?? ''));
  for (const [path, value] of Object.entries(gives)) {
    expect({ [path]: valueAt(answer.object, path) ?? null }).toEqual({ [path]: value });
  }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, v]) => v !== null);
  return Object.fromEntries(kept.map(([key, v]) => [key, withoutNulls(v)]));
}

/** What every object gets, and what no table need say. */
function withoutStamps(object: JsonObject): JsonObject {
  const metadata = { ...(object['metadata'] as JsonObject | undefined) };
  for (const key of ['uid', 'creationTimestamp', 'resourceVersion', 'managedFields', 'namespace']) delete metadata[key];
  return { ...(withoutNulls(object) as JsonObject), metadata };
}

const title = ({ given, set, to, because, says }: Row) =>
  [
    ...(to ? [to] : []),
    JSON.stringify({ ...given, ...set }),
    (because ?? says) ? `: ${(because ?? says ?? '').split('\n')[0] ?? ''}` : '',
  ].join(' ');

const rowsOf = (rows: readonly Row[] = []) => rows.map((row) => [title(row), row] as const);

describe.each(tables())('%s', (_file, table) => {
  const { object, answer: answered, defaults = {}, refused, stored, updates } = table;

  test('defaults', async () => {
    const { create } = await serve(table);
    const answer = await create(object);
    expect(complaints(answer)).toBe('');
    expect(withoutStamps(answer.object)).toEqual(
      answered ? withoutStamps(answered) : merge(withoutStamps(object), defaults),
    );
  });

  test.each(rowsOf(refused))('refuses %s', async (_title, row) => {
    const { create } = await serve(table);
    const answer = await create(change(object, row.set));
    expect(row.because ?? row.says).toBeTruthy();
    judge(answer, row);
  });

  test.each(rowsOf(stored))('stores %s', async (_title, row) => {
    const { create } = await serve(table);
    const answer = await create(change(object, row.set));
    expect(answer.code).toBe(201);
    judge(answer, row);
  });

  test.each(rowsOf(updates))('update %s', async (_title, row) => {
    const { create, update } = await serve(table);
    const before = await create(change(object, row.given));
    expect(complaints(before)).toBe('');
    const { name } = before.object['metadata'] as { name: string };
    judge(await update(`${collectionOf(before.object)}/${name}`, row), row);
  });
});

test('every kind that can be created has a table', () => {
  const served = BUILT_IN.flatMap(({ group, version, resources }) =>
    resources
      .filter((r) => r.verbs.includes('create'))
      .map((r) => `${group ? `${group}/${version}` : version} ${r.responseKind.kind}`),
  );
  const tabled = tables().map(([, { object }]) => `${String(object['apiVersion'])} ${String(object['kind'])}`);
  expect(served.filter((kind) => !tabled.includes(kind))).toEqual([]);
});
