// Reads and writes YAML beside the thread that serves: a large document takes longer than others may be made to wait.
// Asked `{id, yaml}` it posts the JSON, `{id, text}`, or `{id, error}`; asked `{id, json}` it posts the YAML.
/* oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin. */
import { parentPort } from 'node:worker_threads';
import { parseDocument, stringify } from 'yaml';

/** YAML 1.1 as upstream's reader has it: times stay texts, and there are neither sets nor numbers to the base of sixty. */
const NOT_UPSTREAMS = [/:timestamp$/, /:set$/, /:omap$/, /:pairs$/, /:binary$/];
const isUpstreams = (tag) =>
  typeof tag !== 'object' || (tag.format !== 'TIME' && !NOT_UPSTREAMS.some((known) => known.test(tag.tag)));

const READING = {
  version: '1.1',
  uniqueKeys: false,
  logLevel: 'silent',
  customTags: (tags) => tags.filter(isUpstreams),
};
const WRITING = { sortMapEntries: true, indentSeq: false, version: '1.1', aliasDuplicateObjects: false };

/** What the first document holds: upstream reads no further. */
function read(text) {
  const document = parseDocument(text, READING);
  const [wrong] = document.errors.filter((err) => err.code !== 'MULTIPLE_DOCS');
  if (wrong) throw wrong;
  return JSON.stringify(document.toJS({ maxAliasCount: 100 })) ?? 'null';
}

parentPort.on('message', ({ id, yaml, json }) => {
  try {
    const text = yaml === undefined ? stringify(JSON.parse(json), WRITING) : read(yaml);
    parentPort.postMessage({ id, text });
  } catch (err) {
    parentPort.postMessage({ id, error: err instanceof Error ? err.message : String(err) });
  }
});
