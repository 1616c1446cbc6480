/**
 * A command of a host that the server answers: it passes its name, arguments, directory, environment and whether it has
 * a terminal over /run/drydock/tools.sock, then carries the standard streams until the exit status comes back. With a
 * terminal of its own on both sides (`ssh`, `sudo`) the server may ask for raw mode and is told of the window's size.
 *
 * Frames are a type byte, a length (32 bits, network order) and as many bytes; see frames.ts.
 */
export const SHIM_PROGRAM = String.raw`#!/usr/bin/perl
use strict; use warnings; use Socket; use Errno ();
my ($name) = $0 =~ m{([^/]+)$};
my $server;
socket($server, PF_UNIX, SOCK_STREAM, 0) && connect($server, pack_sockaddr_un('/run/drydock/tools.sock'))
  or do { print STDERR "$name: the simulated host does not answer\n"; exit 125 };
sub put {
  my ($type, $body) = @_;
  my $data = pack('a N/a*', $type, $body);
  while (length $data) {
    my $n = syswrite($server, $data);
    if (!defined $n) { next if $!{EINTR}; exit 125 }
    substr($data, 0, $n, '');
  }
}
sub size { my $w = pack('S4', 0, 0, 0, 0); for my $fh (*STDIN, *STDOUT) { return (unpack 'S4', $w)[1, 0] if -t $fh && ioctl($fh, 0x5413, $w) } return (80, 24) }
my ($in_tty, $out_tty, $err_tty) = map { -t $_ ? 1 : 0 } *STDIN, *STDOUT, *STDERR;
my ($columns, $rows) = size();
$ENV{PWD} = readlink('/proc/self/cwd') // '/';
put('h', join "\0", $name, $ENV{PWD}, $>, $in_tty, $out_tty, $err_tty, $columns, $rows, scalar(@ARGV), @ARGV, map { "$_=$ENV{$_}" } keys %ENV);
my ($saved, $over) = ('', 0);
sub restore { system('stty', $saved) if $saved; $saved = '' }
sub leave { restore(); exit $_[0] }
my %number = (INT => 2, QUIT => 3, TERM => 15, HUP => 1);
for my $signal (keys %number) { $SIG{$signal} = sub { put('s', pack 'N', $number{$signal}) } }
$SIG{WINCH} = sub { put('w', pack 'n2', size()) };
$SIG{PIPE} = 'IGNORE';
$SIG{TTIN} = 'IGNORE';
my ($frames, $reading, $credit) = ('', 1, 262144);
for (;;) {
  my $in = '';
  vec($in, fileno $server, 1) = 1;
  vec($in, fileno STDIN, 1) = 1 if $reading && $credit > 0;
  select($in, undef, undef, undef) > 0 or next;
  if ($reading && vec($in, 0, 1)) {
    my $n = sysread(STDIN, my $data, 32768);
    if ($n) { $credit -= $n; put('i', $data) } elsif (defined $n || !$!{EINTR}) { $reading = 0; put('e', '') }
  }
  next unless vec($in, fileno $server, 1);
  my $n = sysread($server, $frames, 65536, length $frames);
  if (!$n) { next if !defined $n && $!{EINTR}; leave(255) }
  while (length $frames >= 5) {
    my ($type, $size) = unpack 'a N', $frames;
    last if length $frames < 5 + $size;
    my $body = substr($frames, 5, $size);
    substr($frames, 0, 5 + $size, '');
    if ($type eq 'o' || $type eq 'x') {
      my $fh = $type eq 'o' ? *STDOUT : *STDERR;
      my $written = length $body;
      while (length $body) {
        my $n = syswrite($fh, $body);
        if (!defined $n) { next if $!{EINTR}; if ($!{EPIPE}) { restore(); $SIG{PIPE} = 'DEFAULT'; kill 'PIPE', $$ } last }
        substr($body, 0, $n, '');
      }
      put('a', pack 'N', $written);
    }
    elsif ($type eq 'a') { $credit += unpack 'N', $body }
    elsif ($type eq 'r' && $in_tty) { chomp($saved = qx(stty -g)); system('stty', 'raw', '-echo') }
    elsif ($type eq 'q') { leave(unpack 'N', $body) }
  }
}
`;
