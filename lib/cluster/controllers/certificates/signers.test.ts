import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { expect, test } from 'vitest';
import { signerComplaint } from './signers.ts';

const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);

async function complaint(signer: string, usages: string[], subject: string, names: x509.JsonGeneralName[] = []) {
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: subject,
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: names.length ? [new x509.SubjectAlternativeNameExtension(names)] : [],
    },
    webcrypto as unknown as Crypto,
  );
  return signerComplaint({
    metadata: { name: 'a' },
    spec: {
      request: Buffer.from(request.toString()).toString('base64'),
      signerName: `kubernetes.io/${signer}`,
      usages,
    },
  });
}

const NODE = 'CN=system:node:a, O=system:nodes';
const CLIENT = ['client auth', 'digital signature'];
const SERVER = ['server auth', 'digital signature', 'key encipherment'];

test('client certificates are for client auth alone', async () => {
  expect(await complaint('kube-apiserver-client', CLIENT, 'CN=lena')).toBeUndefined();
  expect(await complaint('kube-apiserver-client', ['server auth'], 'CN=lena')).toBe(
    'invalid usage for client certificate: server auth',
  );
  expect(await complaint('kube-apiserver-client', ['digital signature'], 'CN=lena')).toBe(
    'missing required usage for client certificate: client auth',
  );
});

test('certificates of kubelets are those of nodes', async () => {
  expect(await complaint('kube-apiserver-client-kubelet', CLIENT, NODE)).toBeUndefined();
  expect(await complaint('kube-apiserver-client-kubelet', CLIENT, 'CN=system:node:a, O=crew')).toBe(
    'subject organization is not system:nodes',
  );
  expect(await complaint('kube-apiserver-client-kubelet', CLIENT, 'CN=a, O=system:nodes')).toBe(
    'subject common name does not begin with system:node:',
  );
  expect(await complaint('kube-apiserver-client-kubelet', ['client auth'], NODE)).toBe(
    'usages did not match [client auth digital signature key encipherment]',
  );
  expect(await complaint('kube-apiserver-client-kubelet', CLIENT, NODE, [{ type: 'dns', value: 'a' }])).toBe(
    'DNS subjectAltNames are not allowed',
  );
});

test('serving certificates say what they serve', async () => {
  expect(await complaint('kubelet-serving', SERVER, NODE, [{ type: 'ip', value: '10.0.0.1' }])).toBeUndefined();
  expect(await complaint('kubelet-serving', SERVER, NODE)).toBe('DNS or IP subjectAltName is required');
});
