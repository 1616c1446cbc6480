import { serveControl } from '../../lib/terminal/index.ts';
import { fakeCluster } from './fixture.ts';

const dir = process.argv[2] ?? '.';
await serveControl(fakeCluster(dir), dir);
console.log('ready');
