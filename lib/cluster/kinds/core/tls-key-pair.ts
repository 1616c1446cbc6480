import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { pemBlocks } from '../certificates/pem.ts';

const skipped = (types: readonly string[]) => `after skipping PEM blocks of the following types: [${types.join(' ')}]`;

function certificateFault(types: readonly string[]): string | undefined {
  if (types.includes('CERTIFICATE')) return undefined;
  if (types.length === 0) return 'failed to find any PEM data in certificate input';
  if (types.length === 1 && types[0]?.endsWith('PRIVATE KEY')) {
    return 'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  }
  return `failed to find "CERTIFICATE" PEM block in certificate input ${skipped(types)}`;
}

function keyFault(types: readonly string[]): string | undefined {
  if (types.some((type) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'))) return undefined;
  if (types.length === 0) return 'failed to find any PEM data in key input';
  if (types.length === 1 && types[0] === 'CERTIFICATE') {
    return 'found a certificate rather than a key in the PEM for the private key';
  }
  return `failed to find PEM block with type ending in "PRIVATE KEY" in key input ${skipped(types)}`;
}

function read<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function mismatch(certificate: X509Certificate, key: KeyObject): string | undefined {
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType) {
    return 'private key type does not match public key type';
  }
  return certificate.checkPrivateKey(key) ? undefined : 'private key does not match public key';
}

/** Why a certificate and a key (base64 of PEM) are no pair, in the words of Go's tls.X509KeyPair; undefined when they are. */
export function keyPairComplaint(certificate: string, key: string): string | undefined {
  const types = (base64: string) => pemBlocks(base64).found.map(({ type }) => type);
  const missing = certificateFault(types(certificate)) ?? keyFault(types(key));
  if (missing) return `tls: ${missing}`;
  const read509 = read(() => new X509Certificate(Buffer.from(certificate, 'base64')));
  if (!read509) return 'x509: malformed certificate';
  const readKey = read(() => createPrivateKey(Buffer.from(key, 'base64')));
  if (!readKey) return 'tls: failed to parse private key';
  const why = mismatch(read509, readKey);
  return why && `tls: ${why}`;
}
