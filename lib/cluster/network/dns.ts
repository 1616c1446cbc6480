import { NetError } from './net-error.ts';
import type { Connection, Listener, NetStack } from './stack.ts';

export type RecordType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'NS' | 'TXT' | 'MX' | 'SOA' | 'ANY';

export interface Question {
  /** Absolute, lower case, without the last dot: `kubernetes.default.svc.cluster.local`. */
  name: string;
  type: RecordType;
}

export interface DnsRecord {
  name: string;
  type: RecordType;
  ttl: number;
  /** An address or a name; of SRV `priority weight port target`. */
  data: string;
}

export interface DnsAnswer {
  code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  answers: DnsRecord[];
  authoritative: boolean;
}

export type DnsHandler = (question: Question, client: string) => DnsAnswer | Promise<DnsAnswer>;

/** The port of the domain name service. Its datagrams carry JSON between simulated programs, in place of RFC 1035's form. */
export const DNS_PORT = 53;

export function serveDns(stack: NetStack, port: number, handler: DnsHandler): Listener {
  const accept = (connection: Connection) => {
    void (async () => {
      for (let chunk = await connection.input.read(); chunk; chunk = await connection.input.read()) {
        const question = JSON.parse(Buffer.from(chunk).toString('utf8')) as Question;
        const answer = await handler(question, connection.remote.ip);
        await connection.output.write(Buffer.from(JSON.stringify(answer)));
      }
    })();
  };
  const listeners = (['UDP', 'TCP'] as const).map((protocol) => stack.listen({ port, protocol, accept }));
  return {
    close() {
      for (const listener of listeners) listener.close();
    },
  };
}

/** Asks one server; rejects with a NetError when it does not answer. */
export async function askDns(
  stack: NetStack,
  server: string,
  question: Question,
  options: { timeoutMs: number; signal?: AbortSignal; port?: number },
): Promise<DnsAnswer> {
  const connection = await stack.dial(server, options.port ?? DNS_PORT, {
    protocol: 'UDP',
    timeoutMs: options.timeoutMs,
    signal: options.signal,
  });
  try {
    await connection.output.write(Buffer.from(JSON.stringify(question)));
    const chunk = await connection.input.read();
    if (!chunk) throw new NetError('ECONNREFUSED');
    return JSON.parse(Buffer.from(chunk).toString('utf8')) as DnsAnswer;
  } finally {
    connection.close();
  }
}
