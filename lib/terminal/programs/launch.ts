/**
 * Makes a user namespace with the wanted ids, then becomes bwrap inside it. bwrap alone maps one id only; a host needs
 * root and candidate side by side. Perl, because perl-base is on every Debian and can call the kernel directly.
 *
 * Arguments: `uid=INSIDE OUTSIDE COUNT`, `gid=…` (repeatable), `writer=self|newuidmap`, `cgroup=DIR` (repeatable), `--`, command.
 */
export const LAUNCH_PROGRAM = String.raw`
use strict; use warnings; use POSIX ();
my (@uid, @gid, $writer);
while (@ARGV) {
  my $arg = shift @ARGV;
  last if $arg eq '--';
  my ($key, $value) = split /=/, $arg, 2;
  if ($key eq 'uid') { push @uid, $value } elsif ($key eq 'gid') { push @gid, $value } elsif ($key eq 'writer') { $writer = $value }
  elsif ($key eq 'cgroup') { put("$value/cgroup.procs", '0') }
}
put('/proc/self/oom_score_adj', '1000');
sub put {
  my ($path, $text) = @_;
  open(my $file, '>', $path) or return "$path: $!";
  defined(syswrite($file, $text)) or return "$path: $!";
  return '';
}
sub fail { print STDERR "drydock: $_[0]\n"; POSIX::_exit(125) }
my $unshare = (POSIX::uname())[4] eq 'aarch64' ? 97 : 272;
my $me = $$;
pipe(my $go, my $tell) or fail("pipe: $!");
pipe(my $done, my $answer) or fail("pipe: $!");
my $helper = fork // fail("fork: $!");
if (!$helper) {
  close $tell; close $done;
  sysread($go, my $byte, 1) or POSIX::_exit(1);
  my $wrong = '';
  if ($writer eq 'newuidmap') {
    for (['newuidmap', @uid], ['newgidmap', @gid]) {
      my ($tool, @ranges) = @$_;
      system($tool, $me, map { split / / } @ranges) == 0 or $wrong = "$tool failed; see /etc/subuid and /etc/subgid";
    }
  } else {
    put("/proc/$me/setgroups", 'deny') if @gid < 2;
    $wrong = put("/proc/$me/uid_map", join("\n", @uid)) || put("/proc/$me/gid_map", join("\n", @gid));
  }
  syswrite($answer, $wrong || 'ok');
  POSIX::_exit(0);
}
close $go; close $answer;
syscall($unshare, 0x10000000) == 0
  or fail("this machine allows no user namespaces ($!); set kernel.unprivileged_userns_clone=1 and user.max_user_namespaces, or run as root");
syswrite($tell, 'x');
sysread($done, my $said, 500);
waitpid($helper, 0);
fail("cannot map the sandbox's users: " . ($said || 'no answer')) if ($said // '') ne 'ok';
exec { $ARGV[0] } @ARGV or fail("$ARGV[0]: $!");
`;
