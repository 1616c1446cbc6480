import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import { CertificateAuthority, generatePrivateKey } from './access/certificate-authority.ts';

const YEAR = 365 * 86_400_000;
const BACKDATE = 3_600_000;

/** The certificate that a component without one makes for `localhost`, of an authority that it forgets at once. Made when first shown. */
export function selfSigned(clock: Clock, random: Random): () => Promise<{ cert: string; key: string }> {
  const started = clock.now();
  const make = async () => {
    const stamp = Math.floor(started / 1000);
    const validity = { notBefore: started - BACKDATE, notAfter: started - BACKDATE + YEAR };
    const own = await CertificateAuthority.create(
      `localhost-ca@${stamp}`,
      await generatePrivateKey(),
      validity,
      random,
    );
    const subject = {
      commonName: `localhost@${stamp}`,
      dnsNames: ['localhost'],
      ips: ['127.0.0.1'],
      usages: ['server'] as const,
    };
    const { cert, key } = await own.issue(subject, await generatePrivateKey(), validity);
    return { cert: cert + own.pair.cert, key };
  };
  let made: ReturnType<typeof make> | undefined;
  return () => (made ??= make());
}
