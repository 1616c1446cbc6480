import type { Process, Program } from '../process.ts';

export const ip: Program = async (p, args) => {
  const { net } = p.world;
  const [what = 'addr', verb = 'show'] = args.filter((a) => !a.startsWith('-'));
  if (/^(add|del|set|change|replace|append|flush)/.test(verb) && !mayAdminister(p)) {
    await p.warn('ip: RTNETLINK answers: Operation not permitted\n');
    return 2;
  }
  if ('address'.startsWith(what)) {
    await p.print(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n` +
        `2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP qlen 1000\n    link/ether ${mac(net.ip)} brd ff:ff:ff:ff:ff:ff\n    inet ${net.ip}/24 brd ${net.ip.replace(/\d+$/, '255')} scope global eth0\n       valid_lft forever preferred_lft forever\n`,
    );
  } else if ('route'.startsWith(what)) {
    const gateway = net.ip.replace(/\d+$/, '1');
    await p.print(
      `default via ${gateway} dev eth0\n${net.ip.replace(/\d+$/, '0')}/24 dev eth0 scope link  src ${net.ip}\n`,
    );
  } else if ('link'.startsWith(what)) {
    await p.print(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP qlen 1000\n    link/ether ${mac(net.ip)} brd ff:ff:ff:ff:ff:ff\n`,
    );
  } else {
    await p.warn(`ip: unknown object ${JSON.stringify(what)}\n`);
    return 1;
  }
  return 0;
};

/** Whether it holds CAP_NET_ADMIN (bit 12), which a container that is not privileged does not. */
function mayAdminister(p: Process): boolean {
  const [, held = '0'] = /^CapEff:\s*(\w+)/m.exec(p.fs.readText('/proc/self/status')) ?? [];
  return ((BigInt(`0x${held}`) >> 12n) & 1n) === 1n;
}

function mac(ip: string): string {
  return ['02', '42', ...ip.split('.').map((n) => Number(n).toString(16).padStart(2, '0'))].join(':');
}

export const netstat: Program = async (p) => {
  const rows = p.world.net
    .listening()
    .map(
      (l) =>
        `${l.protocol.toLowerCase().padEnd(5)}      0      0 ${`${l.address}:${l.port}`.padEnd(23)} 0.0.0.0:*               ${l.protocol === 'TCP' ? 'LISTEN' : ''}\n`,
    );
  await p.print(
    `Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       \n${rows.join('')}`,
  );
  return 0;
};
