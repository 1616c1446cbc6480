import { mkdirSync } from 'node:fs';
import { PrismaLibSQL } from '@prisma/adapter-libsql';
import { defineConfig } from 'prisma/config';
import { config } from './lib/config.ts';

// `engine: 'js'` lets the command-line tool work through the adapter, so that no engine is ever downloaded.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  experimental: { adapter: true },
  engine: 'js',
  adapter: () => {
    mkdirSync(config().dataDir, { recursive: true });
    return Promise.resolve(new PrismaLibSQL({ url: config().databaseUrl }));
  },
});
