import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secureRandom, uuid, type Random } from '../kit/random.ts';
import { systemClock, type Clock } from '../kit/clock.ts';
import { generatePrivateKey } from './access/certificate-authority.ts';
import { createPki, leafKeyCount, type PkiFiles } from './access/pki.ts';
import { CLUSTER_AGE } from './profiles/stamp.ts';
import { profileNamed, type Profile } from './profiles/index.ts';

/** Grows when bundles get other contents: those of an older form are not handed out. */
const BUNDLE_FORMAT = 2;
/** Certificates this old would make a new cluster look odd. */
const TOO_OLD = 20 * 86_400_000;
/** Another process' claim on a bundle, if it died with it. */
const CLAIM = '.claimed';

/** Where clusters get their credentials. */
export interface PkiSource {
  take(profile: Profile): Promise<PkiFiles>;
}

/**
 * Ready-made credentials for clusters to come: RSA keys take a tenth of a second each, which nobody should wait for. The
 * bundles lie in a folder, each is handed out once, and the pool is filled again in the background. Several processes may
 * share the folder.
 */
export class PkiPool implements PkiSource {
  readonly #dir: string;
  readonly #size: number;
  readonly #random: Random;
  readonly #clock: Clock;
  #filling: Promise<void> | undefined;
  #stopped = false;

  /** `size` bundles are kept ready for each profile that was asked for. */
  constructor(dir: string, size: number, random: Random = secureRandom, clock: Clock = systemClock) {
    this.#dir = dir;
    this.#size = size;
    this.#random = random;
    this.#clock = clock;
  }

  /** Credentials that no other cluster has: a ready bundle, or a new one made now (about half a second). */
  async take(profile: Profile): Promise<PkiFiles> {
    for (const file of this.#ready(profile)) {
      const bundle = claim(file);
      if (bundle) return bundle;
    }
    return this.#make(profile);
  }

  /** Makes bundles until `size` are ready; resolves then. A second call joins the first. */
  fill(profileName: string): Promise<void> {
    this.#filling ??= this.#fill(profileNamed(profileName)).finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  /** Ends filling after the bundle under way. */
  stop(): void {
    this.#stopped = true;
  }

  async #fill(profile: Profile): Promise<void> {
    while (!this.#stopped && this.#ready(profile).length < this.#size) {
      const bundle = await this.#make(profile);
      const file = join(this.#folder(profile), `${uuid(this.#random)}.json`);
      writeFileSync(`${file}.new`, JSON.stringify(bundle), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    }
  }

  #folder(profile: Profile): string {
    const folder = join(this.#dir, `${profile.name}-${BUNDLE_FORMAT}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  #ready(profile: Profile): string[] {
    const folder = this.#folder(profile);
    const bundles = readdirSync(folder).filter((f) => /^[0-9a-f-]{36}\.json$/.test(f));
    return bundles.map((f) => join(folder, f)).filter((file) => this.#isFresh(file));
  }

  #isFresh(file: string): boolean {
    const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (this.#clock.now() - made < TOO_OLD) return true;
    rmSync(file, { force: true });
    return false;
  }

  async #make(profile: Profile): Promise<PkiFiles> {
    return createPki({
      nodes: profile.nodes,
      clusterName: 'kubernetes',
      serviceIp: '10.96.0.1',
      now: this.#clock.now() - CLUSTER_AGE,
      random: this.#random,
      leafKeys: await this.#leafKeys(profile),
    });
  }

  async #leafKeys(profile: Profile): Promise<string[]> {
    const file = join(this.#folder(profile), 'leaf-keys.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as string[];
    const keys = await Promise.all(Array.from({ length: leafKeyCount(profile.nodes) }, generatePrivateKey));
    const draft = `${file}.${uuid(this.#random)}`;
    writeFileSync(draft, JSON.stringify(keys), { mode: 0o600 });
    renameSync(draft, file);
    return keys;
  }
}

/** Takes a bundle out of the folder; undefined when another process was faster. */
function claim(file: string): PkiFiles | undefined {
  const mine = `${file}${CLAIM}`;
  try {
    renameSync(file, mine);
    const bundle = JSON.parse(readFileSync(mine, 'utf8')) as PkiFiles;
    rmSync(mine);
    return bundle;
  } catch {
    return undefined;
  }
}
