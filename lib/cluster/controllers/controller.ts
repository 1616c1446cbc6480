import type { Activity } from '../../kit/activity.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { Client } from '../client/client.ts';
import type { InformerFactory } from '../client/informer.ts';

/** What every controller gets. `client` acts as the controller's own service account. */
export interface ControllerContext {
  client: Client;
  /** Shared by all controllers of one kube-controller-manager. */
  informers: InformerFactory;
  clock: Clock;
  random: Random;
  activity: Activity;
  /** The kube-controller-manager's flags: `cluster-cidr`, `node-monitor-grace-period` … */
  flags: ReadonlyMap<string, string>;
  /** Key material that the manager's flags point at; PEM, read from the node's disk. Absent when the file is. */
  files: ControllerFiles;
  /** Signs with the key of `--cluster-signing-key-file`; absent when that cannot be read. */
  signRequest?: SignRequest;
  /** Signs with the key of `--service-account-private-key-file`; absent when that cannot be read. */
  signToken?: SignToken;
}

/** Signs the token of a service account that a Secret is to hold. */
export type SignToken = (order: {
  namespace: string;
  serviceAccount: { name: string; uid: string };
  secret: string;
}) => string;

/** Signs a PEM certificate request as it stands, for `usages` (`client auth`, `server auth` …); answers PEM. Times in milliseconds. */
export type SignRequest = (
  request: string,
  usages: readonly string[],
  validity: { notBefore: number; notAfter: number },
) => Promise<string>;

export interface ControllerFiles {
  /** `--root-ca-file`: published as kube-root-ca.crt. */
  rootCa?: string;
  /** `--cluster-signing-cert-file` and `--cluster-signing-key-file`: signs CertificateSigningRequests. */
  signingCert?: string;
  signingKey?: string;
}

/** A level-triggered loop: `start` wires informers to a work queue and returns what stops it. */
export interface Controller {
  /** As `--controllers` names it: `deployment-controller`. */
  name: string;
  /** The service account it acts as, in kube-system: `deployment-controller`. Absent: it acts as the manager itself. */
  serviceAccount?: string;
  start(context: ControllerContext): { stop(): void };
}
