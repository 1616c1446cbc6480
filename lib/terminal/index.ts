/**
 * Terminals and the sandboxes they run in: the only door to lib/terminal. `Hosts` runs commands on the machines that a
 * learner has, `Terminal` is a shell with a screen on one of them, `serveControl` opens a cluster's hosts to `npm run shell`.
 */
export { serveControl } from './control.ts';
export type { Account, FindHost, Host } from './host.ts';
export { Hosts, type HostsOptions, type RunOptions, type RunResult } from './hosts.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export type { HostCommand, Invocation } from './machine.ts';
export type { Size } from './pty.ts';
export { Terminal, type TerminalOptions, type View, type Viewer } from './session.ts';
export { shell } from './shell.ts';
