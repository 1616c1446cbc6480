import { VERSION_INFO } from '../../../schema/version.ts';
import { commandLine } from '../flags.ts';
import { notSimulatedTool, type NodeTool } from '../node-tool.ts';
import { certificateKey, checkExpiration, renew } from './certs.ts';
import { helpOf, KUBEADM, type Command } from './commands.ts';
import { configMigrate, configPrint, configValidate, imagesList, imagesPull } from './config.ts';
import { failed, type KubeadmCall } from './kubeadm-call.ts';
import { join } from './join.ts';
import { init } from './preflight.ts';
import { reset } from './reset.ts';
import { tokenCreate, tokenDelete, tokenGenerate, tokenList } from './token.ts';
import { kubeadmVersion, upgradePlan } from './upgrade.ts';
import { upgradeApply } from './upgrade-apply.ts';
import { upgradeNode } from './upgrade-node.ts';

const BOOLEANS = [
  'help', 'print-join-command', 'dry-run', 'upload-certs', 'allow-experimental-upgrades', 'allow-release-candidate-upgrades', 'force', 'yes',
  'control-plane', 'certificate-renewal', 'etcd-upgrade', 'discovery-token-unsafe-skip-ca-verification', 'skip-token-print',
]; // prettier-ignore
const LETTERS = { h: 'help', o: 'output', v: 'v', y: 'yes', f: 'force', e: 'description' };

async function version(call: KubeadmCall): Promise<number> {
  const { io, flags } = call;
  const gitVersion = kubeadmVersion(call);
  const { major, minor, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = VERSION_INFO;
  const info = { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform };
  if (flags.get('output') === 'short') await io.out(`${gitVersion}\n`);
  else if (flags.get('output') === 'json') await io.out(`${JSON.stringify({ clientVersion: info }, null, 2)}\n`);
  else {
    const fields = Object.entries(info).map(
      ([k, v]) => `${(k[0] ?? '').toUpperCase()}${k.slice(1)}:${JSON.stringify(v)}`,
    );
    await io.out(`kubeadm version: &version.Info{${fields.join(', ')}}\n`);
  }
  return 0;
}

async function kubeconfigUser({ io, flags }: KubeadmCall): Promise<number> {
  return flags.has('client-name')
    ? notSimulatedTool(io, 'kubeadm', 'kubeconfig user')
    : failed(io, 'required flag(s) "client-name" not set');
}

/** Commands by their words; those of KUBEADM that are not here are not simulated. */
const RUN: Readonly<Record<string, (call: KubeadmCall) => Promise<number>>> = {
  'certs certificate-key': certificateKey,
  'certs check-expiration': checkExpiration,
  'config images list': imagesList,
  'config images pull': imagesPull,
  'config migrate': configMigrate,
  'config validate': configValidate,
  init,
  join,
  'kubeconfig user': kubeconfigUser,
  reset,
  'token create': tokenCreate,
  'token delete': tokenDelete,
  'token generate': tokenGenerate,
  'token list': tokenList,
  'upgrade apply': upgradeApply,
  'upgrade node': upgradeNode,
  'upgrade plan': upgradePlan,
  version,
};

/** Sets up clusters; here they are set up, so what is left is certificates, tokens, configuration and help. */
export const kubeadm: NodeTool = {
  name: 'kubeadm',
  async run(args, io, context) {
    const { flags, operands } = commandLine(args, BOOLEANS, LETTERS);
    const rest = operands[0] === 'help' ? operands.slice(1) : [...operands];
    const words: string[] = [];
    let command: Command = KUBEADM;
    for (let next = command.children?.[rest[0] ?? '']; next; next = command.children?.[rest[0] ?? '']) {
      words.push(rest.shift() ?? '');
      command = next;
    }
    if (flags.has('help') || operands[0] === 'help') {
      await io.out(helpOf(words, command));
      return 0;
    }
    const call: KubeadmCall = { flags, operands: rest, io, context };
    const name = words.join(' ');
    if (words[0] === 'certs' && words[1] === 'renew' && words[2]) return renew(call, words[2]);
    if (words[0] === 'config' && words[1] === 'print' && words[2]) return configPrint(call, words[2]);
    const run = RUN[name];
    if (run) return run(call);
    if (command.children && rest.length)
      return failed(
        io,
        `unknown command ${JSON.stringify(rest[0])} for ${JSON.stringify(['kubeadm', ...words].join(' '))}`,
      );
    if (command.children) {
      await io.out(helpOf(words, command));
      return 0;
    }
    return notSimulatedTool(io, 'kubeadm', name);
  },
};
