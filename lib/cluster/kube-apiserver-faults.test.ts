import { expect, test } from 'vitest';
import { faultLines, startFault } from './kube-apiserver-faults.ts';

const none = () => undefined;
const fault = (flags: Record<string, string>) => startFault(new Map(Object.entries(flags)), none)?.error;

test.each([
  [{ 'service-cluster-ip-range': '10.96.0.0' }, 'service-cluster-ip-range[0] is not a valid cidr'],
  [{ 'authorization-mode': 'Node,RBCA' }, 'authorization-mode "RBCA" is not a valid mode'],
  [{ 'client-ca-file': '/etc/kubernetes/pki/ca2.crt' }, 'open /etc/kubernetes/pki/ca2.crt: no such file or directory'],
  [{ 'etcd-certfile': '/x.crt' }, 'error creating storage factory: open /x.crt: no such file or directory'],
  [{ 'authorization-mode': 'Node,RBAC', 'service-cluster-ip-range': '10.96.0.0/12' }, undefined],
])('%j: %s', (flags, error) => {
  expect(fault(flags)).toBe(error);
});

test('the last words stand where upstream has them', () => {
  expect(faultLines({ stage: 'options', error: 'a "b"' }, '172.30.1.2', 'v1.36.3')).toEqual([
    'I options.go:263] external host was not specified, using 172.30.1.2',
    'E run.go:72] "command failed" err="a \\"b\\""',
  ]);
});
