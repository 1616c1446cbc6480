import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CANDIDATE_ID } from './host.ts';

/** A file of a fresh host: its text, and its mode where that is not 0644. */
interface StandardFile {
  text: string;
  mode?: number;
}

export interface StandardHost {
  name: string;
  /** Addresses and names that /etc/hosts lists. */
  neighbours: readonly { ip: string; name: string }[];
  /** Whether kubectl is there. */
  kubectl: boolean;
  /** An administrator's kubeconfig, where kubectl is set up for one. */
  kubeconfig?: string;
}

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
candidate:x:${CANDIDATE_ID}:${CANDIDATE_ID}:candidate:/home/candidate:/bin/bash
`;

const GROUP = `root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
sudo:x:27:candidate
nogroup:x:65534:
candidate:x:${CANDIDATE_ID}:
`;

const PROFILE = `umask 022
if [ -n "$BASH_VERSION" ] && [ -f /etc/bash.bashrc ]; then . /etc/bash.bashrc; fi
for file in /etc/profile.d/*.sh; do [ -r "$file" ] && . "$file"; done
unset file
`;

/** The prompts, window title and completion of every interactive shell. */
const BASHRC = `[ -z "$PS1" ] && return
shopt -s checkwinsize
PS1='\\u@\\h:\\w\\$ '
if ! shopt -oq posix && [ -f /usr/share/bash-completion/bash_completion ]; then
  . /usr/share/bash-completion/bash_completion
fi
`;

const HOME_BASHRC = `case $- in *i*) ;; *) return ;; esac
HISTCONTROL=ignoreboth
HISTSIZE=1000
shopt -s histappend checkwinsize
alias ls='ls --color=auto'
alias ll='ls -alF'
alias grep='grep --color=auto'
`;

const KUBECTL_BASHRC = `alias k=kubectl
if [ -f /usr/local/share/bash-completion/completions/kubectl ] && type -t __load_completion >/dev/null; then
  . /usr/local/share/bash-completion/completions/kubectl
  complete -o default -F __start_kubectl k
fi
`;

const HOME_PROFILE = `if [ -n "$BASH_VERSION" ] && [ -f "$HOME/.bashrc" ]; then . "$HOME/.bashrc"; fi
`;

const INPUTRC = `set input-meta on
set output-meta on
set convert-meta off
"\\e[1~": beginning-of-line
"\\e[4~": end-of-line
"\\e[3~": delete-char
"\\e[1;5C": forward-word
"\\e[1;5D": backward-word
`;

const hostsFile = ({ name, neighbours }: StandardHost) =>
  [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...(neighbours.some((n) => n.name === name) ? [] : [`127.0.1.1 ${name}`]),
    ...neighbours.map((n) => `${n.ip} ${n.name}`),
    '',
  ].join('\n');

/** Path → file, for what a fresh Debian host has besides the node's own files. */
export function standardFiles(host: StandardHost): Map<string, StandardFile> {
  const bashrc = host.kubectl ? HOME_BASHRC + KUBECTL_BASHRC : HOME_BASHRC;
  const files = new Map<string, StandardFile>([
    ['etc/passwd', { text: PASSWD }],
    ['etc/group', { text: GROUP }],
    ['etc/shadow', { text: 'root:*:19000:0:99999:7:::\ncandidate:*:19000:0:99999:7:::\n', mode: 0o640 }],
    ['etc/hostname', { text: `${host.name}\n` }],
    ['etc/hosts', { text: hostsFile(host) }],
    ['etc/resolv.conf', { text: 'nameserver 127.0.0.53\n' }],
    ['etc/nsswitch.conf', { text: 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\n' }],
    ['etc/protocols', { text: 'ip\t0\tIP\nicmp\t1\tICMP\ntcp\t6\tTCP\nudp\t17\tUDP\n' }],
    ['etc/services', { text: 'ssh\t22/tcp\ndomain\t53/tcp\ndomain\t53/udp\nhttp\t80/tcp\nhttps\t443/tcp\n' }],
    [
      'etc/fstab',
      {
        text: '# <file system> <mount point> <type> <options> <dump> <pass>\n/dev/vda1 / ext4 errors=remount-ro 0 1\n',
      },
    ],
    ['etc/profile', { text: PROFILE }],
    ['etc/bash.bashrc', { text: BASHRC }],
    ['etc/inputrc', { text: INPUTRC }],
    ['etc/profile.d/.keep', { text: '' }],
  ]);
  for (const home of ['root', 'home/candidate']) {
    files.set(`${home}/.bashrc`, { text: bashrc });
    files.set(`${home}/.profile`, { text: HOME_PROFILE });
    if (host.kubeconfig !== undefined) files.set(`${home}/.kube/config`, { text: host.kubeconfig, mode: 0o600 });
  }
  return files;
}

const DIRECTORIES: readonly [string, number][] = [
  ['root', 0o700],
  ['tmp', 0o1777],
  ['var/tmp', 0o1777],
  ['home', 0o755],
  ['mnt', 0o755],
  ['opt', 0o755],
  ['srv', 0o755],
  ['var/log', 0o755],
  ['var/lib', 0o755],
  ['var/cache', 0o755],
];

/** Lays the files below `dir`; the sandbox copies those that its disk does not have yet. */
export function writeStandardFiles(dir: string, host: StandardHost): void {
  for (const [path, { text, mode = 0o644 }] of standardFiles(host)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(dir, path), text, { mode });
    chmodSync(join(dir, path), mode);
  }
  for (const [path, mode] of DIRECTORIES) {
    mkdirSync(join(dir, path), { recursive: true });
    chmodSync(join(dir, path), mode);
  }
  symlinkSync('../usr/lib/os-release', join(dir, 'etc/os-release'));
  symlinkSync('/run', join(dir, 'var/run'));
  symlinkSync('/run/lock', join(dir, 'var/lock'));
  chmodSync(dir, 0o755);
}
