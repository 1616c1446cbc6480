import type { Timer } from '../../kit/clock.ts';
import { klog } from '../machinery/klog.ts';
import type { HostNetwork } from '../network/network.ts';
import { serveKubelet } from './host-services.ts';
import { isNetError } from '../network/net-error.ts';
import { ConfigError, readConfig } from './kubelet/config.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import type { PodWorker } from './kubelet/pod-worker.ts';
import { KUBERNETES_VERSION } from '../schema/version.ts';
import type { Disk } from './machine.ts';
import { programVersion } from './packages.ts';
import { nodeLayers } from './runtime/fs/space.ts';
import { nodeMemory } from './runtime/memory.ts';
import type { NodeFacilities } from './runtime/process.ts';
import type { NodeOptions } from './node.ts';
import { hostPathOf } from './host-path-of.ts';
import { commandLine, KNOWN_UNITS, unitFile, WANTS, type UnitName } from './unit-files.ts';

export interface UnitsOptions extends Omit<NodeOptions, 'disk'> {
  disk: Disk;
  host: HostNetwork;
  machineId: string;
}

/** RestartSec of kubelet.service. */
const RESTART = 10_000;
const JOURNAL_LINES = 2_000;

export interface JournalEntry {
  at: number;
  unit: string;
  /** `kubelet[1234]` or `systemd[1]`. */
  source: string;
  text: string;
}

export interface UnitState {
  active: 'active' | 'inactive' | 'failed' | 'activating';
  since: number;
  pid: number;
  exitCode?: number;
}

/** A node's systemd: which units are enabled (links on disk) and running, and what they wrote to the journal. */
export class Units {
  readonly options: UnitsOptions;
  readonly journal: JournalEntry[] = [];
  readonly #states = new Map<UnitName, UnitState>();
  #kubelet: Kubelet | undefined;
  /** Pods whose containers run while no kubelet does, by uid. */
  #left: ReadonlyMap<string, PodWorker> = new Map();
  readonly #facilities: NodeFacilities;
  /** The kubelet's open ports. */
  #ports: { close(): void } | undefined;
  #restart: Timer | undefined;
  #nextPid = 700;

  constructor(options: UnitsOptions) {
    this.options = options;
    this.#facilities = {
      name: options.name,
      connect: options.connect,
      controlPlane: options.controlPlane,
      hostPath: hostPathOf,
      hostNetwork: options.host,
      activity: options.activity,
      memory: nodeMemory(),
      layers: nodeLayers(),
    };
    for (const unit of KNOWN_UNITS) this.#states.set(unit, { active: 'inactive', since: options.clock.now(), pid: 0 });
  }

  /** The running kubelet, if it runs and its container runtime does. */
  get kubelet(): Kubelet | undefined {
    return this.#kubelet;
  }

  /** What the container runtime runs. */
  get pods(): readonly PodWorker[] {
    return [...(this.#kubelet?.workers ?? this.#left).values()];
  }

  state(unit: UnitName): UnitState {
    return this.#states.get(unit) ?? { active: 'inactive', since: 0, pid: 0 };
  }

  boot(): void {
    for (const unit of KNOWN_UNITS) if (this.enabled(unit)) this.start(unit);
  }

  /** Switches the machine off. */
  stop(): void {
    this.#haltKubelet();
    this.endPods();
  }

  /** Ends all containers at once, while no kubelet runs. */
  endPods(): void {
    for (const worker of this.#left.values()) worker.dispose();
    this.#left = new Map();
  }

  #haltKubelet(): void {
    this.#restart?.cancel();
    this.#ports?.close();
    this.#ports = undefined;
    if (this.#kubelet) this.#left = this.#kubelet.release();
    this.#kubelet = undefined;
  }

  enabled(unit: UnitName): boolean {
    return this.options.disk.fs.exists(`${WANTS}/${unit}`) || this.options.disk.list(WANTS).includes(unit);
  }

  enable(unit: UnitName): void {
    const { disk } = this.options;
    disk.fs.mkdir(WANTS, { recursive: true });
    if (!this.enabled(unit)) disk.fs.symlink(unitFile(unit), `${WANTS}/${unit}`);
  }

  disable(unit: UnitName): void {
    this.options.disk.remove(`${WANTS}/${unit}`);
  }

  /** Starts a unit; false when it failed at once. */
  start(unit: UnitName): boolean {
    const { clock } = this.options;
    if (this.state(unit).active === 'active') return true;
    this.#states.set(unit, { active: 'active', since: clock.now(), pid: this.#nextPid++ });
    this.log('systemd[1]', unit, `Started ${DESCRIPTIONS[unit]}.`);
    return unit !== 'kubelet.service' || this.#startKubelet();
  }

  halt(unit: UnitName): void {
    const state = this.state(unit);
    if (state.active === 'inactive') return;
    this.log('systemd[1]', unit, `Stopping ${DESCRIPTIONS[unit]}...`);
    if (unit === 'kubelet.service') this.#haltKubelet();
    this.#states.set(unit, { active: 'inactive', since: this.options.clock.now(), pid: state.pid });
    this.log('systemd[1]', unit, `Stopped ${DESCRIPTIONS[unit]}.`);
  }

  log(source: string, unit: string, text: string): void {
    this.journal.push({ at: this.options.clock.now(), unit, source, text });
    if (this.journal.length > JOURNAL_LINES) this.journal.splice(0, this.journal.length - JOURNAL_LINES);
  }

  #startKubelet(): boolean {
    const { options } = this;
    const { disk, clock, name } = options;
    const state = this.state('kubelet.service');
    const source = `kubelet[${state.pid}]`;
    const log = (line: string) => this.log(source, 'kubelet.service', klog(line, clock.now(), state.pid));
    const command = commandLine(disk, 'kubelet.service');
    try {
      if (command?.[0] === undefined || !disk.fs.exists(command[0])) {
        this.log(
          `(kubelet)[${state.pid}]`,
          'kubelet.service',
          `kubelet.service: Unable to locate executable '${command?.[0] ?? ''}': No such file or directory`,
        );
        return this.#kubeletFailed(203);
      }
      const config = readConfig(disk, command.slice(1));
      const kubeletVersion = programVersion(disk, 'kubelet') ?? KUBERNETES_VERSION;
      this.#kubelet = new Kubelet({
        node: config.hostnameOverride ?? name,
        ip: config.nodeIp ?? options.ip,
        disk,
        config,
        clock,
        random: options.random,
        activity: options.activity,
        host: options.host,
        facilities: this.#facilities,
        kubeletVersion,
        machineId: options.machineId,
        left: this.#left,
        log,
      });
      this.#left = new Map();
      this.#openPorts(this.#kubelet, log);
      log(`I server.go:525] "Kubelet version" kubeletVersion="${kubeletVersion}"`);
      return true;
    } catch (err) {
      if (!(err instanceof ConfigError)) throw err;
      log(`E run.go:72] "command failed" err=${JSON.stringify(err.message)}`);
      return this.#kubeletFailed(1);
    }
  }

  #openPorts(kubelet: Kubelet, log: (line: string) => void): void {
    try {
      this.#ports = serveKubelet(this.options.host, kubelet);
    } catch (err) {
      if (!isNetError(err)) throw err;
      log(`E server.go:181] "Failed to listen and serve" err="listen tcp: bind: ${err.message.toLowerCase()}"`);
    }
  }

  #kubeletFailed(code: number): false {
    const { clock } = this.options;
    const pid = this.state('kubelet.service').pid;
    this.log(
      'systemd[1]',
      'kubelet.service',
      `kubelet.service: Main process exited, code=exited, status=${code}/${code === 203 ? 'EXEC' : 'FAILURE'}`,
    );
    this.log('systemd[1]', 'kubelet.service', "kubelet.service: Failed with result 'exit-code'.");
    this.#states.set('kubelet.service', { active: 'activating', since: clock.now(), pid, exitCode: code });
    this.#restart = clock.after(RESTART, () => {
      this.#states.set('kubelet.service', { active: 'inactive', since: clock.now(), pid });
      this.start('kubelet.service');
    });
    return false;
  }
}

const DESCRIPTIONS: Record<UnitName, string> = {
  'containerd.service': 'containerd container runtime',
  'kubelet.service': 'kubelet: The Kubernetes Node Agent',
};
