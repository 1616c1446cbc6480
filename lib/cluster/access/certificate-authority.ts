import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPair, webcrypto, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';
import type { Random } from '../../kit/random.ts';
import { Recent } from '../../kit/recent.ts';

// Node's own types and the DOM's disagree on this interface; it is the same object.
x509.cryptoProvider.set(webcrypto as Crypto);

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const generate = promisify(generateKeyPair);

/** A certificate and its private key, PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** What a certificate says. */
export interface CertificateSubject {
  commonName: string;
  organizations?: readonly string[];
  dnsNames?: readonly string[];
  ips?: readonly string[];
  usages?: readonly ('server' | 'client')[];
  /** Also for key encipherment, as kubeadm's RSA certificates are; kubelets' rotated ones are for signatures only. */
  keyEncipherment?: boolean;
}

/** Milliseconds since the epoch. */
export interface Validity {
  notBefore: number;
  notAfter: number;
}

/** A new RSA-2048 private key as kubeadm writes it: PKCS #1, PEM. Costs about 0.1 s of a core, off the main thread. */
export async function generatePrivateKey(): Promise<string> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
}

/** The public half of a private key: SPKI, PEM. */
export function publicKeyOf(privateKeyPem: string): string {
  return createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }) as string;
}

const importPrivate = (pem: string) =>
  webcrypto.subtle.importKey('pkcs8', createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' }), RSA, false, [
    'sign',
  ]);

/** Public halves by PEM: clusters of one installation share their leaf keys. */
const publicKeys = new Recent<Promise<webcrypto.CryptoKey>>(64);

const importPublic = (pem: string) =>
  publicKeys.of(pem, () =>
    webcrypto.subtle.importKey('spki', createPublicKey(pem).export({ type: 'spki', format: 'der' }), RSA, true, [
      'verify',
    ]),
  );

/** A distinguished name in the order Go writes it: organizations before the common name. */
function nameOf({ commonName, organizations = [] }: CertificateSubject): x509.JsonName {
  return [...organizations.map((o) => ({ O: [o] })), { CN: [commonName] }];
}

const NAME_ORDER = ['C', 'O', 'OU', 'L', 'ST', 'street', 'postalCode', 'CN', 'serialNumber'];

/** A requested name as Go writes it into a certificate: by type, whatever the order of the request. */
function inGoOrder(name: x509.JsonName): x509.JsonName {
  const parts = name.flatMap((rdn) =>
    Object.entries(rdn).flatMap(([type, values]) => (values ?? []).map((v) => ({ type, v }))),
  );
  const rank = (type: string) => (NAME_ORDER.includes(type) ? NAME_ORDER.indexOf(type) : NAME_ORDER.length);
  return parts.sort((a, b) => rank(a.type) - rank(b.type)).map(({ type, v }) => ({ [type]: [v] }));
}

function extensionsOf(subject: CertificateSubject): x509.Extension[] {
  const { dnsNames = [], ips = [], usages = [], keyEncipherment = true } = subject;
  const { digitalSignature, keyEncipherment: encipherment } = x509.KeyUsageFlags;
  const flags: x509.KeyUsageFlags = keyEncipherment ? digitalSignature | encipherment : digitalSignature;
  const purposes = usages.map((u) =>
    u === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
  );
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ips.map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new x509.KeyUsagesExtension(flags, true),
    ...(purposes.length ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
    new x509.BasicConstraintsExtension(false, undefined, true),
    ...(names.length ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

/** A positive serial number of 63 bits, hexadecimal. */
function serialNumber(random: Random): string {
  const bytes = random.bytes(8);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

/** Signs certificates. Made from a pair on disk or as a new self-signed one. */
export class CertificateAuthority {
  readonly pair: KeyPair;
  readonly #random: Random;
  #signer: Promise<{ key: webcrypto.CryptoKey; cert: x509.X509Certificate }> | undefined;

  constructor(pair: KeyPair, random: Random) {
    this.pair = pair;
    this.#random = random;
  }

  /** A self-signed authority as kubeadm makes them, over `key` (PEM). */
  static async create(
    commonName: string,
    key: string,
    validity: Validity,
    random: Random,
  ): Promise<CertificateAuthority> {
    const publicKey = await importPublic(key);
    const cert = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(random),
      subject: [{ CN: [commonName] }],
      issuer: [{ CN: [commonName] }],
      notBefore: new Date(validity.notBefore),
      notAfter: new Date(validity.notAfter),
      signingAlgorithm: RSA,
      publicKey,
      signingKey: await importPrivate(key),
      extensions: [
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign,
          true,
        ),
        new x509.BasicConstraintsExtension(true, undefined, true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: commonName }]),
      ],
    });
    return new CertificateAuthority({ cert: pem(cert), key }, random);
  }

  /** Issues a certificate over the public half of `key` (PEM, private or public). */
  async issue(subject: CertificateSubject, key: string, validity: Validity): Promise<KeyPair> {
    return { cert: await this.#sign(nameOf(subject), await importPublic(key), extensionsOf(subject), validity), key };
  }

  /** Signs a PEM certificate request as it stands (any key type), for the given usages. */
  async signRequest(
    requestPem: string,
    subject: Omit<CertificateSubject, 'commonName' | 'organizations'>,
    validity: Validity,
  ): Promise<string> {
    const request = new x509.Pkcs10CertificateRequest(requestPem);
    return this.#sign(
      inGoOrder(request.subjectName.toJSON()),
      request.publicKey,
      extensionsOf({ ...subject, commonName: '' }),
      validity,
    );
  }

  async #sign(
    subject: x509.JsonName,
    publicKey: x509.PublicKeyType,
    extensions: x509.Extension[],
    validity: Validity,
  ): Promise<string> {
    this.#signer ??= importPrivate(this.pair.key).then((key) => ({
      key,
      cert: new x509.X509Certificate(this.pair.cert),
    }));
    const { key, cert } = await this.#signer;
    const issued = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(this.#random),
      subject,
      issuer: cert.subjectName.toJSON(),
      notBefore: new Date(validity.notBefore),
      notAfter: new Date(validity.notAfter),
      signingAlgorithm: RSA,
      publicKey,
      signingKey: key,
      extensions: [...extensions, await x509.AuthorityKeyIdentifierExtension.create(cert)],
    });
    return pem(issued);
  }
}

/** Namesakes by their name: all clusters' authorities have the same few. */
const namesakes = new Recent<Promise<string>>(16);

/**
 * A certificate with an authority's name over another key: shown as a name, where a chain must not be built from it.
 * `authority` and `key` are PEM; undefined when `authority` is no certificate.
 */
export function namesakeOf(authority: string, key: string, random: Random): Promise<string> | undefined {
  if (!readCertificate(authority)) return undefined;
  const { subjectName, notBefore, notAfter } = new x509.X509Certificate(authority);
  const subject = subjectName.toJSON();
  return namesakes.of(JSON.stringify(subject), () => makeNamesake(subject, { notBefore, notAfter }, key, random));
}

async function makeNamesake(
  subject: x509.JsonName,
  validity: { notBefore: Date; notAfter: Date },
  key: string,
  random: Random,
): Promise<string> {
  const publicKey = await importPublic(key);
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(random),
    subject,
    issuer: subject,
    ...validity,
    signingAlgorithm: RSA,
    publicKey,
    signingKey: await importPrivate(key),
    extensions: [await x509.SubjectKeyIdentifierExtension.create(publicKey)],
  });
  return pem(made);
}

const pem = (cert: x509.X509Certificate) => `${cert.toString('pem')}\n`;

/** By text or DER: a cluster reads its few certificates again and again. */
const certificates = new Recent<X509Certificate>(64);

/** The fields of a certificate that authentication reads; undefined when the text or DER is no certificate. */
export function readCertificate(certificate: string | Uint8Array): X509Certificate | undefined {
  const key = typeof certificate === 'string' ? certificate : Buffer.from(certificate).toString('latin1');
  try {
    return certificates.of(key, () => new X509Certificate(certificate));
  } catch {
    return undefined;
  }
}
