// Replays cases for the process that holds the clusters: starting thousands of commands is cheap from a small process and
// dear from a large one, whose memory is mapped anew each time.
import { readFileSync } from 'node:fs';
import { parseCase, runCase } from './replay.mjs';

process.on('message', ({ id, path, options, cluster }) => {
  runCase(parseCase(readFileSync(path, 'utf8')), options, cluster).then(
    (results) => process.send({ id, results }),
    (err) => process.send({ id, error: String(err) }),
  );
});
