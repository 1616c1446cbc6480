import { expect, test } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import { keyPairComplaint } from './tls-key-pair.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = base64(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const noCertificate = base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');

test.each([
  [base64('x'), base64('y'), 'tls: failed to find any PEM data in certificate input'],
  [noCertificate, base64('y'), 'tls: failed to find any PEM data in key input'],
  [noCertificate, noCertificate, 'tls: found a certificate rather than a key in the PEM for the private key'],
  [noCertificate, key, 'x509: malformed certificate'],
])('what is no pair is told apart', (certificate, its, complaint) => {
  expect(keyPairComplaint(certificate, its)).toBe(complaint);
});

test('inputs in each other’s place are recognized', () => {
  expect(keyPairComplaint(key, noCertificate)).toContain('PEM inputs may have been switched');
});
