import { createPrivateKey, createPublicKey, generateKeyPair, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Random } from '../../../../kit/random.ts';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const YEAR = 365 * 86_400_000;
const generate = promisify(generateKeyPair);

/** A certificate like `pem` for a new key, signed again by its authority, good for another year. All texts are PEM. */
export async function renewed(
  pem: string,
  authority: { cert: string; key: string },
  now: number,
  random: Random,
): Promise<{ cert: string; key: string }> {
  const old = new x509.X509Certificate(pem);
  const { privateKey } = await generate('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const publicKey = await webcrypto.subtle.importKey(
    'spki',
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    RSA,
    true,
    ['verify'],
  );
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' }),
    RSA,
    false,
    ['sign'],
  );
  const cert = await x509.X509CertificateGenerator.create(
    {
      serialNumber: `4${Buffer.from(random.bytes(8)).toString('hex').slice(1)}`,
      subject: old.subjectName.toJSON(),
      issuer: new x509.X509Certificate(authority.cert).subjectName.toJSON(),
      notBefore: new Date(now),
      notAfter: new Date(now + YEAR),
      signingAlgorithm: RSA,
      publicKey,
      signingKey,
      extensions: old.extensions,
    },
    webcrypto as Crypto,
  );
  return { cert: `${cert.toString('pem')}\n`, key };
}
