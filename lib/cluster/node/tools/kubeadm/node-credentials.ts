import { KeyObject, webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Client } from '../../../client/client.ts';
import { certificatesigningrequests } from '../../../schema/generated/resources.ts';
import type { ToolContext } from '../node-tool.ts';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const YEAR = 365 * 86_400_000;
const EVERY = 500;

async function newKeys(): Promise<{ keys: webcrypto.CryptoKeyPair; pem: string }> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const pem = KeyObject.from(keys.privateKey).export({ type: 'sec1', format: 'pem' }).toString();
  return { keys, pem };
}

/** A kubelet's first client certificate and its key, as it asks for it with a bootstrap token; undefined when none is issued in time. */
export async function requestClientCertificate(
  client: Client,
  { name, clock, random }: ToolContext,
  limit: number,
): Promise<string | undefined> {
  const { keys, pem } = await newKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    { name: [{ O: ['system:nodes'] }, { CN: [`system:node:${name}`] }], keys, signingAlgorithm: CURVE },
    webcrypto as Crypto,
  );
  const csr = `csr-${Buffer.from(random.bytes(4)).toString('hex').slice(0, 5)}`;
  await client.create(certificatesigningrequests, {
    metadata: { name: csr },
    spec: {
      request: Buffer.from(`${request.toString('pem')}\n`).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', 'client auth'],
    },
  });
  for (
    const end = clock.now() + limit;
    clock.now() < end;
    await new Promise<void>((done) => clock.after(EVERY, done))
  ) {
    const { status } = await client.get(certificatesigningrequests, '', csr);
    if (status?.certificate) return Buffer.from(status.certificate, 'base64').toString() + pem;
  }
  return undefined;
}

/** The certificate that a kubelet makes for its own server. */
export async function selfSignedServing({ name, clock, random }: ToolContext): Promise<{ cert: string; key: string }> {
  const { keys, pem } = await newKeys();
  const now = clock.now();
  const subject = [{ CN: [`${name}@${Math.floor(now / 1000)}`] }];
  const cert = await x509.X509CertificateGenerator.create(
    {
      serialNumber: `4${Buffer.from(random.bytes(8)).toString('hex').slice(1)}`,
      subject,
      issuer: [{ CN: [`${name}-ca@${Math.floor(now / 1000)}`] }],
      notBefore: new Date(now - 3_600_000),
      notAfter: new Date(now + YEAR),
      signingAlgorithm: CURVE,
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      ],
    },
    webcrypto as Crypto,
  );
  return { cert: `${cert.toString('pem')}\n`, key: pem };
}
