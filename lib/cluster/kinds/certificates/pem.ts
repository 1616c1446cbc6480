interface Block {
  type: string;
  headers: boolean;
  der: Buffer;
}

const BLOCK = /-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----/g;

/** The PEM blocks of base64 text, as the fields of signing requests and secrets hold them. */
export function pemBlocks(base64: string): { found: Block[]; rest: string } {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const found = [...text.matchAll(BLOCK)].map(([, type = '', body = '']) => ({
    type,
    headers: body.includes(':'),
    der: Buffer.from(body.replace(/[^A-Za-z0-9+/=]/g, ''), 'base64'),
  }));
  return { found, rest: text.replace(BLOCK, '').trim() };
}

/** Whether bytes are one whole DER sequence; what is inside is the signer's matter. */
function isSequence(der: Buffer): boolean {
  if (der[0] !== 0x30 || der.length < 2) return false;
  const short = der[1] ?? 0;
  if (short < 0x80) return der.length === 2 + short;
  const size = short & 0x7f;
  return size >= 1 && size <= 4 && der.length === 2 + size + der.readUIntBE(2, Math.min(size, der.length - 2) || 1);
}

/** What is wrong with a signing request, if anything. */
export function requestComplaint(base64: string): string | undefined {
  const [block] = pemBlocks(base64).found;
  if (block?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  return isSequence(block.der) ? undefined : 'asn1: syntax error: data truncated';
}

/** What is wrong with a chain of issued certificates, if anything. */
export function certificateComplaint(base64: string): string | undefined {
  const { found, rest } = pemBlocks(base64);
  for (const { type, headers, der } of found) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (headers) return 'no PEM block headers are permitted';
    if (!isSequence(der)) return 'x509: malformed certificate';
  }
  if (!found.length || rest.startsWith('-----')) return 'must contain at least one CERTIFICATE PEM block';
  return undefined;
}
