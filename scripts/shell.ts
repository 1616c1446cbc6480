import { shell } from '../lib/terminal/shell.ts';

process.exit(await shell(process.argv.slice(2), process.env['TERM'] ?? 'dumb'));
