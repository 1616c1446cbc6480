import { Optional } from '@marcbachmann/cel-js';
import { dns1035Label, dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from '../../machinery/names.ts';
import { nameIsDns1035Label, nameIsDnsLabel, nameIsDnsSubdomain } from '../../machinery/names-of-objects.ts';
import type { Library } from './library.ts';

class CelFormat {
  readonly complaints: (text: string) => string[];
  constructor(complaints: (text: string) => string[]) {
    this.complaints = complaints;
  }
}

/** What `format.` stands for before a function's name. */
class FormatFunctions {}

const fits = (test: RegExp | ((text: string) => boolean), complaint: string) => (text: string) =>
  (typeof test === 'function' ? test(text) : test.test(text)) ? [] : [complaint];

const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
const isDateTime = (text: string) =>
  /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/.test(text) &&
  !Number.isNaN(Date.parse(text.replace(' ', 'T')));

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function uriComplaints(text: string): string[] {
  const parsed = text.startsWith('/') || (/^[a-zA-Z][a-zA-Z\d+.-]*:/.test(text) && URL.canParse(text));
  if (parsed) return [];
  return [`parse ${JSON.stringify(text)}: ${text === '' ? 'empty url' : 'invalid URI for request'}`];
}

/** Kubernetes' names for shapes of text (upstream: cel/library/format.go). */
const FORMATS: Readonly<Record<string, CelFormat>> = {
  dns1123Label: new CelFormat(dns1123Label),
  dns1123Subdomain: new CelFormat(dns1123Subdomain),
  dns1035Label: new CelFormat(dns1035Label),
  qualifiedName: new CelFormat(qualifiedName),
  dns1123LabelPrefix: new CelFormat((text) => nameIsDnsLabel(text, true)),
  dns1123SubdomainPrefix: new CelFormat((text) => nameIsDnsSubdomain(text, true)),
  dns1035LabelPrefix: new CelFormat((text) => nameIsDns1035Label(text, true)),
  labelValue: new CelFormat(labelValue),
  uri: new CelFormat(uriComplaints),
  uuid: new CelFormat(
    fits(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i, 'does not match the UUID format'),
  ),
  byte: new CelFormat(fits(BASE64, 'invalid base64')),
  date: new CelFormat(fits(isDate, 'invalid date')),
  datetime: new CelFormat(fits(isDateTime, 'invalid datetime')),
};

/** `!format.dns1123Label().validate(self.name).hasValue()` */
export const formats: Library = {
  types: [
    { name: 'kubernetes.NamedFormat', ctor: CelFormat },
    { name: 'FormatFunctions', ctor: FormatFunctions },
  ],
  constants: [{ name: 'format', type: 'FormatFunctions', value: new FormatFunctions() }],
  functions: [
    ...Object.entries(FORMATS).map(
      ([name, format]) => [`FormatFunctions.${name}(): kubernetes.NamedFormat`, () => format] as const,
    ),
    [
      'FormatFunctions.named(string): optional<kubernetes.NamedFormat>',
      (_: FormatFunctions, name: string) =>
        Object.hasOwn(FORMATS, name) ? Optional.of(FORMATS[name]) : Optional.none(),
    ],
    [
      'kubernetes.NamedFormat.validate(string): optional<list<string>>',
      ({ complaints }: CelFormat, text: string) => {
        const found = complaints(text);
        return found.length ? Optional.of(found) : Optional.none();
      },
    ],
  ],
};
