import { expect, test } from 'vitest';
import { internalDiff, internalForm } from './internal-form.ts';

const pod = {
  containers: [
    {
      name: 'app',
      image: 'nginx:1.27',
      resources: {},
      imagePullPolicy: 'IfNotPresent',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    },
  ],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 1,
  dnsPolicy: 'ClusterFirst',
  serviceAccountName: 'default',
  automountServiceAccountToken: false,
  nodeName: 'controlplane',
  securityContext: {},
};

// The numbers of these hunks are those that a real cluster printed (golden: validation/pod-update-forbidden).
test('a changed PodSpec is shown in its internal form', () => {
  expect(internalDiff('PodSpec', pod, { ...pod, nodeName: 'elsewhere' })).toBe(
    [
      '@@ -42,7 +42,7 @@',
      '  "NodeSelector": null,',
      '  "ServiceAccountName": "default",',
      '  "AutomountServiceAccountToken": false,',
      '- "NodeName": "controlplane",',
      '+ "NodeName": "elsewhere",',
      '  "SecurityContext": {',
      '   "HostNetwork": false,',
      '   "HostPID": false,',
      '',
    ].join('\n'),
  );
  const [app] = pod.containers;
  const env = [{ name: 'MODE', value: 'new' }];
  expect(internalDiff('PodSpec', pod, { ...pod, containers: [{ ...app, env }] })).toContain('@@ -10,7 +10,13 @@');
});

test('values inside messages', () => {
  expect(JSON.stringify(internalForm('SeccompProfile', { type: 'RuntimeDefault', localhostProfile: 'x.json' }))).toBe(
    '{"Type":"RuntimeDefault","LocalhostProfile":"x.json"}',
  );
  expect(
    JSON.stringify(
      internalForm('SecurityContext', { allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } }),
    ),
  ).toBe(
    '{"Capabilities":{"Add":["CAP_SYS_ADMIN"],"Drop":null},"Privileged":null,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}',
  );
});
