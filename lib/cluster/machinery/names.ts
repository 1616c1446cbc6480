/**
 * The formats of names, as upstream checks them (apimachinery/pkg/util/validation). Every check returns complaints without
 * a path; an empty list means that the value is well formed.
 *
 *     dns1123Label('web') is []
 *     dns1123Label('Web') is ["a lowercase RFC 1123 label must consist of …"]
 */
const LABEL_1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL_1123}(\\.${LABEL_1123})*`;
const UNDERSCORED = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_UNDERSCORED = `${UNDERSCORED}(\\.${UNDERSCORED})*`;
const WILDCARD = `\\*\\.${SUBDOMAIN}`;
const NAME_PART = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${NAME_PART})?`;
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const HEADER = '[-A-Za-z0-9]+';
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const PERCENT = '[0-9]+%';

const LABEL_MAX = 63;
const SUBDOMAIN_MAX = 253;

const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);
const compiled = new Map<string, RegExp>();

function matches(pattern: string, value: string): boolean {
  let re = compiled.get(pattern);
  if (!re) compiled.set(pattern, (re = whole(pattern)));
  return re.test(value) && !value.endsWith('\n');
}

/** A sentence with examples and the pattern, as upstream's RegexError words it. */
export function patternComplaint(sentence: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${sentence} (regex used for validation is '${pattern}')`;
  const shown = examples.map((e) => `'${e}', `).join(' or ');
  return `${sentence} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

export const maxLengthComplaint = (max: number): string => `must be no more than ${max} characters`;
/** Label keys and values are measured in other words than all else. */
const maxBytesComplaint = (max: number): string => `must be no more than ${max} bytes`;
export const EMPTY_COMPLAINT = 'must be non-empty';

const bytes = (value: string) => Buffer.byteLength(value);

function check(value: string, pattern: string, max: number, sentence: string, ...examples: string[]): string[] {
  return [
    ...(bytes(value) > max ? [maxLengthComplaint(max)] : []),
    ...(matches(pattern, value) ? [] : [patternComplaint(sentence, pattern, ...examples)]),
  ];
}

const LABEL_SENTENCE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN_SENTENCE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

/** `web-1`: names of namespaces, containers, volumes … */
export function dns1123Label(value: string): string[] {
  const complaints = check(value, LABEL_1123, LABEL_MAX, LABEL_SENTENCE, 'my-name', '123-abc');
  if (matches(SUBDOMAIN, value) && !matches(LABEL_1123, value)) complaints.splice(-1, 1, 'must not contain dots');
  return complaints;
}

/** `web.example.com`: the names of most objects. */
export const dns1123Subdomain = (value: string): string[] =>
  check(value, SUBDOMAIN, SUBDOMAIN_MAX, SUBDOMAIN_SENTENCE, 'example.com');

export const dns1123SubdomainWithUnderscore = (value: string): string[] =>
  check(
    value,
    SUBDOMAIN_UNDERSCORED,
    SUBDOMAIN_MAX,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    'example.com',
  );

/** `web`, starting with a letter. */
export const dns1035Label = (value: string): string[] =>
  check(
    value,
    LABEL_1035,
    LABEL_MAX,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    'my-name',
    'abc-123',
  );

/** `*.example.com`. */
export const wildcardDns1123Subdomain = (value: string): string[] =>
  check(
    value,
    WILDCARD,
    SUBDOMAIN_MAX,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    '*.example.com',
  );

const NAME_PART_SENTENCE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const namePart = (sentence: string) => patternComplaint(sentence, NAME_PART, 'MyName', 'my.name', '123-abc');

const prefixComplaints = (prefix: string): string[] =>
  dns1123Subdomain(prefix).map((m) => (m === maxLengthComplaint(SUBDOMAIN_MAX) ? maxBytesComplaint(SUBDOMAIN_MAX) : m));

/** A label's key, and every other name that may carry a domain: `example.com/name` or `name`. */
export function qualifiedName(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `${namePart(`a valid label key ${NAME_PART_SENTENCE}`)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const complaints: string[] = [];
  if (prefix === '') complaints.push(`prefix part ${EMPTY_COMPLAINT}`);
  else if (prefix !== undefined) complaints.push(...prefixComplaints(prefix).map((m) => `prefix part ${m}`));
  if (name === '') complaints.push(`name part ${EMPTY_COMPLAINT}`);
  else if (bytes(name) > LABEL_MAX) complaints.push(`name part ${maxBytesComplaint(LABEL_MAX)}`);
  if (!matches(NAME_PART, name)) complaints.push(namePart(`name part ${NAME_PART_SENTENCE}`));
  return complaints;
}

/** A label's value: empty or like `my_Value.1`. */
export const labelValue = (value: string): string[] => [
  ...(bytes(value) > LABEL_MAX ? [maxBytesComplaint(LABEL_MAX)] : []),
  ...(matches(LABEL_VALUE, value)
    ? []
    : [
        patternComplaint(
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
          LABEL_VALUE,
          'MyValue',
          'my_value',
          '12345',
        ),
      ]),
];

export const cIdentifier = (value: string): string[] =>
  matches(C_IDENTIFIER, value)
    ? []
    : [
        patternComplaint(
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
          C_IDENTIFIER,
          'my_name',
          'MY_NAME',
          'MyName',
        ),
      ];

/** The name of an environment variable: printable ASCII without `=`. */
export function envVarName(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty'];
  return /^[ -<>-~]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** Why a configuration key or an environment name is no file name. */
function dotComplaints(value: string): string[] {
  if (value === '.') return [`must not be '.'`];
  if (value === '..') return [`must not be '..'`];
  return value.startsWith('..') ? [`must not start with '..'`] : [];
}

/** A key of a ConfigMap or Secret, which becomes a file's name. */
export const configMapKey = (value: string): string[] => [
  ...(bytes(value) > SUBDOMAIN_MAX ? [maxLengthComplaint(SUBDOMAIN_MAX)] : []),
  ...(matches(CONFIG_KEY, value)
    ? []
    : [
        patternComplaint(
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
          CONFIG_KEY,
          'key.name',
          'KEY_NAME',
          'key-name',
        ),
      ]),
  ...dotComplaints(value),
];

export const httpHeaderName = (value: string): string[] =>
  matches(HEADER, value)
    ? []
    : [patternComplaint("a valid HTTP header must consist of alphanumeric characters or '-'", HEADER, 'X-Header-Name')];

/** `25%`. */
export const percent = (value: string): string[] =>
  matches(PERCENT, value)
    ? []
    : [
        patternComplaint(
          "a valid percent string must be a numeric string followed by an ending '%'",
          PERCENT,
          '1%',
          '93%',
        ),
      ];

/** The name of a port: 15 characters, a letter among them, no double or outer hyphens. */
export function portName(value: string): string[] {
  const complaints: string[] = [];
  if (bytes(value) > 15) complaints.push(maxLengthComplaint(15));
  if (!/^[-a-z0-9]+$/.test(value))
    complaints.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) complaints.push('must contain at least one letter (a-z)');
  if (value.includes('--')) complaints.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) complaints.push('must not begin or end with a hyphen');
  return complaints;
}
