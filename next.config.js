const contentSecurityPolicy = [
  "default-src 'self'",
  // Next writes its data into inline scripts.
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Loaded by Node itself: native parts, and generated code in node_modules.
  serverExternalPackages: ['@libsql/client', '@prisma/adapter-libsql', '@prisma/client', 'libsql'],
  // TypeScript 7 has no API for Next to call; `npm run check` checks the types.
  typescript: { ignoreBuildErrors: true },
  headers: () =>
    Promise.resolve([
      {
        source: '/:path*',
        headers: [
          { key: 'content-security-policy', value: contentSecurityPolicy },
          { key: 'x-content-type-options', value: 'nosniff' },
          { key: 'referrer-policy', value: 'same-origin' },
        ],
      },
    ]),
};

export default config;
