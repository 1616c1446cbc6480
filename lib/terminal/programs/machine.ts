/**
 * The first program of a host's sandbox, as its root with all powers of its own namespaces: locks the device files, lays
 * the standard files where there are none yet, sets the network up, and then carries connections between the host and
 * the server: one stream of IP packets for everything beyond the host, and listening sockets for the host's own ports.
 *
 * Arguments: `ip=ADDRESS` (absent: no network), `tun=0|1`, `candidate=ID` (owner of the home; absent: leave it),
 * `hide=NAMES` (programs of /usr/bin that the host does not have).
 * Speaks to /run/drydock/net.sock; see network/bridge.ts for the other end.
 */
export const MACHINE_PROGRAM = String.raw`#!/usr/bin/perl
use strict; use warnings; use POSIX (); use Socket; use Errno ();
my %opt = map { split /=/, $_, 2 } @ARGV;
my $arm = (POSIX::uname())[4] eq 'aarch64';
sub say_error { print STDERR "drydock: $_[0]\n" }

# Whoever owns a device file could change its mode; on a read-only mount nobody can.
my ($READONLY, $NOSUID, $NOEXEC, $REMOUNT, $BIND) = (1, 2, 8, 32, 4096);
for my $name (qw(null zero full random urandom tty)) {
  my ($none, $path) = ('none', "/dev/$name");
  syscall($arm ? 40 : 165, $none, $path, 0, $REMOUNT | $BIND | $READONLY | $NOSUID | $NOEXEC, 0) == 0 or do { say_error("$path: $!"); exit 1 };
}

# A layer above /usr/bin with a hole for each program that the host does not have. Where the kernel lacks it they stay.
if ($opt{hide}) {
  my ($type, $from, $to, $layers) = ('overlay', 'overlay', '/usr/bin', 'lowerdir=/run/without:/usr/bin');
  mkdir '/run/without', 0755;
  for my $name (split / /, $opt{hide}) { my $hole = "/run/without/$name"; syscall($arm ? 33 : 259, -100, $hole, 0020000, 0) if $name =~ m{^[\w.-]+$} }
  syscall($arm ? 40 : 165, $from, $to, $type, $READONLY | $NOSUID, $layers);
}

my $seeded = '/var/lib/.standard-files';
if (!-e $seeded) {
  system('cp', '-an', '/run/drydock/seed/.', '/');
  system('chown', '-Rh', "$opt{candidate}:$opt{candidate}", '/home/candidate', '/opt') if $opt{candidate};
  open(my $mark, '>', $seeded);
}
$0 = '/sbin/init';

my $tun;
if ($opt{ip}) {
  my @commands = ('link set lo up');
  if ($opt{tun} && open($tun, '+<', '/dev/net/tun') && ioctl($tun, 0x400454ca, my $request = pack('a16 S x22', 'eth0', 0x1001))) {
    push @commands, 'link set eth0 mtu 32000 up', "addr add $opt{ip}/24 dev eth0", 'route add default dev eth0';
  } else {
    undef $tun;
    push @commands, "addr add $opt{ip}/32 dev lo", map { "route add local $_ dev lo" } qw(172.30.1.0/24 10.96.0.0/12);
  }
  open(my $ip, '|-', 'ip', '-batch', '-') or say_error("ip: $!");
  print $ip join("\n", @commands), "\n";
  close $ip;
}
sub server {
  my ($hello) = @_;
  socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or return;
  connect($socket, pack_sockaddr_un('/run/drydock/net.sock')) or return;
  syswrite($socket, "$hello\n");
  return $socket;
}
$| = 1;
if (!$opt{ip}) { print "ready\n"; POSIX::pause() while 1 }
my $control = server('control') or do { say_error("no server: $!"); exit 1 };
my $packets = $tun && server('tun');

# Every open file: {fh, read => sub, out => waiting bytes, closing}. A peer's backlog stops reading from its source.
my (%file, %listening);
my $MOST = 262144;
sub add { my ($fh, %more) = @_; $fh->blocking(0); my $n = fileno $fh; return $file{$n} = { fh => $fh, n => $n, out => '', %more } }
sub drop {
  my ($f) = @_;
  return unless delete $file{$f->{n}};
  close $f->{fh};
}
sub reset_connection { my ($f) = @_; setsockopt($f->{fh}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)); drop($f) }
sub send_out {
  my ($f, $data) = @_;
  $f->{out} .= $data if length $data;
  while (length $f->{out}) {
    my $n = syswrite($f->{fh}, $f->{out});
    if (!defined $n) { return if $!{EAGAIN} || $!{EINTR}; drop_pair($f); return }
    substr($f->{out}, 0, $n, '');
  }
  shutdown($f->{fh}, 1) if $f->{ended};
}
sub drop_pair { my ($f) = @_; my $p = $f->{peer}; drop($f); drop($p) if $p }
sub relay {
  my ($f) = @_;
  my $n = sysread($f->{fh}, my $data, 65536);
  if (!defined $n) { return if $!{EAGAIN} || $!{EINTR}; my $p = $f->{peer}; drop($f); reset_connection($p); return }
  my $peer = $f->{peer};
  if ($n) { send_out($peer, $data); return }
  $f->{quiet} = $peer->{ended} = 1;
  send_out($peer, '');
  drop_pair($f) if $peer->{quiet} && !length($f->{out}) && !length($peer->{out});
}
sub accepted {
  my ($listener, $ip, $port) = @_;
  accept(my $fh, $listener->{fh}) or return;
  my $upstream = server("dial $ip $port") or do { close $fh; return };
  my $client = add($fh, quiet => 1);
  my $up = add($upstream, peer => $client);
  $up->{read} = sub {
    my $n = sysread($up->{fh}, my $yes, 1);
    return if !defined $n && ($!{EAGAIN} || $!{EINTR});
    if (!$n) { drop($up); reset_connection($client); return }
    @$client{qw(peer quiet read)} = ($up, 0, \&relay);
    $up->{read} = \&relay;
  };
}
my $line = '';
add($control, read => sub {
  my $n = sysread($control, $line, 4096, length $line);
  return if !defined $n && ($!{EAGAIN} || $!{EINTR});
  exit 0 if !$n;
  while ($line =~ s/^(\w+)(?: (\S+) (\d+))?\n//) {
    my ($verb, $ip, $port) = ($1, $2, $3);
    if ($verb eq 'ready') { print "ready\n"; next }
    if ($verb eq 'close') { my $l = delete $listening{"$ip:$port"}; drop($l) if $l; next }
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or next;
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($socket, pack_sockaddr_in($port, inet_aton($ip))) && listen($socket, 64) or next;
    $listening{"$ip:$port"} = add($socket, read => sub { accepted($_[0], $ip, $port) });
  }
});
if ($tun) {
  my $frames = '';
  my $device = add($tun);
  my $link = add($packets, read => sub {
    my $n = sysread($packets, $frames, 65536, length $frames);
    return if !defined $n && ($!{EAGAIN} || $!{EINTR});
    exit 0 if !$n;
    while (length $frames >= 2) {
      my $size = unpack('n', $frames);
      last if length $frames < 2 + $size;
      syswrite($tun, substr($frames, 2, $size));
      substr($frames, 0, 2 + $size, '');
    }
  });
  $device->{peer} = $link;
  $device->{read} = sub {
    for (1 .. 16) {
      my $n = sysread($tun, my $packet, 65535) or last;
      send_out($link, pack('n', $n) . $packet);
    }
  };
}
$SIG{PIPE} = 'IGNORE';
for (;;) {
  my ($in, $out) = ('', '');
  for my $f (values %file) {
    my $full = $f->{peer} && length $f->{peer}{out} > $MOST;
    vec($in, $f->{n}, 1) = 1 if $f->{read} && !$f->{quiet} && !$full;
    vec($out, $f->{n}, 1) = 1 if length $f->{out};
  }
  select(my $can_read = $in, my $can_write = $out, undef, undef) > 0 or next;
  # A copy, because handlers open and close files.
  for my $f (my @all = values %file) {
    send_out($f, '') if vec($can_write, $f->{n}, 1) && $file{$f->{n}};
    $f->{read}->($f) if vec($can_read, $f->{n}, 1) && $file{$f->{n}} && $file{$f->{n}} == $f;
  }
}
`;
