/**
 * Runs one command inside a running sandbox: joins its control groups and namespaces, gives up every power that the
 * account does not have, and becomes the command. Waits outside and passes the exit status on (128 + n for a signal).
 * Standard streams and the controlling terminal are handed on untouched.
 *
 * Arguments: `pid=N` (a process of the sandbox), `uid=N`, `nest=0|1` (map the id in a namespace of its own), `caps=HEX`,
 * `seccomp=HEX`, `rlimit=RESOURCE:VALUE`, `cgroup=DIR` (both repeatable), `cwd=DIR`, `--`, command.
 */
export const ENTER_PROGRAM = String.raw`
use strict; use warnings; no warnings 'exec'; use POSIX (); use Errno ();
my (%opt, @rlimit, @cgroup);
while (@ARGV) {
  my $arg = shift @ARGV;
  last if $arg eq '--';
  my ($key, $value) = split /=/, $arg, 2;
  if ($key eq 'rlimit') { push @rlimit, [split /:/, $value] } elsif ($key eq 'cgroup') { push @cgroup, $value } else { $opt{$key} = $value }
}
my $arm = (POSIX::uname())[4] eq 'aarch64';
my ($SETNS, $PRCTL, $CAPSET, $PRLIMIT, $UNSHARE) = $arm ? (268, 167, 91, 261, 97) : (308, 157, 126, 302, 272);
my ($PDEATHSIG, $SET_SECCOMP, $CAPBSET_DROP, $NO_NEW_PRIVS) = (1, 22, 24, 38);
sub fail { print STDERR "drydock: $_[0]\n"; POSIX::_exit(125) }
sub put { open(my $file, '>', $_[0]) or return; syswrite($file, $_[1]) }
put("$_/cgroup.procs", '0') for @cgroup;
put('/proc/self/oom_score_adj', '1000');
POSIX::nice(5);
my @ns;
for my $name (qw(user cgroup ipc uts net pid mnt)) {
  open(my $ns, '<', "/proc/$opt{pid}/ns/$name") or fail("the host is not running");
  push @ns, $ns;
}
for my $ns (@ns) { syscall($SETNS, fileno($ns), 0) == 0 or fail("cannot enter the host: $!") }
close $_ for @ns;
my $child = fork // fail("fork: $!");
if ($child) {
  $SIG{$_} = 'IGNORE' for qw(INT QUIT TSTP TTOU TTIN);
  $SIG{$_} = do { my $s = $_; sub { kill $s, $child } } for qw(TERM HUP);
  while (waitpid($child, 0) < 0) { fail("lost the command: $!") unless $!{EINTR} }
  POSIX::_exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
}
if ($opt{nest}) {
  syscall($UNSHARE, 0x10000000) == 0 or fail("unshare: $!");
  put('/proc/self/setgroups', 'deny');
  put('/proc/self/uid_map', "$opt{uid} 0 1") or fail("uid_map: $!");
  put('/proc/self/gid_map', "$opt{uid} 0 1") or fail("gid_map: $!");
} elsif ($opt{groups}) {
  $) = "$opt{uid} $opt{uid}";
}
my $keep = hex $opt{caps};
for my $cap (0 .. 63) { syscall($PRCTL, $CAPBSET_DROP, $cap, 0, 0, 0) unless $keep & (1 << $cap) }
if (!$opt{nest} && $opt{uid}) {
  POSIX::setgid($opt{uid}) or fail("setgid: $!");
  POSIX::setuid($opt{uid}) or fail("setuid: $!");
}
my $low = $keep & 0xffffffff;
my $high = $keep >> 32;
my $header = pack('LL', 0x20080522, 0);
my $sets = pack('L6', $low, $low, 0, $high, $high, 0);
syscall($CAPSET, $header, $sets) == 0 or fail("capset: $!");
syscall($PRCTL, $PDEATHSIG, 9, 0, 0, 0);
syscall($PRCTL, $NO_NEW_PRIVS, 1, 0, 0, 0) == 0 or fail("no_new_privs: $!");
if ($opt{seccomp}) {
  my $filter = pack('H*', $opt{seccomp});
  my $program = pack('S x6 P', length($filter) / 8, $filter);
  syscall($PRCTL, $SET_SECCOMP, 2, $program, 0, 0) == 0 or fail("seccomp: $!");
}
chdir $opt{cwd} or chdir '/';
for (@rlimit) {
  my $limit = pack("QQ", $_->[1], $_->[1]);
  syscall($PRLIMIT, 0, $_->[0] + 0, $limit, 0) == 0 or fail("limit $_->[0]: $!");
}
exec { $ARGV[0] } @ARGV or do {
  my ($text, $status) = $!{ENOENT} ? ('command not found', 127) : ("$!", 126);
  print STDERR "bash: $ARGV[0]: $text\n";
  POSIX::_exit($status);
};
`;
