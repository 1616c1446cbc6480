export type { Client, DeleteOptions, ListQuery, WriteOptions } from './client.ts';
export { createClient } from './create-client.ts';
export { createEventRecorder, type EventRecorder, type EventType } from './event-recorder.ts';
export type { EventHandler, Informer, InformerFactory } from './informer.ts';
export { electLeader } from './leader-election.ts';
export { startReconciler, type Reconciler } from './reconciler.ts';
export { createInformerFactory } from './shared-informer.ts';
export type { Connect, Credentials, Transport } from './transport.ts';
export { WorkQueue } from './work-queue.ts';
