/** Types of replay.mjs, which comes with the recordings. */
export interface Step {
  host: string | null;
  command: string[];
  expected: string[];
  code: number;
}

export interface Case {
  title: string;
  tags: string[];
  steps: Step[];
  files: Map<string, string>;
}

export interface Result {
  step: Step;
  got: { text: string; code: number };
  met: boolean;
  same: boolean;
}

export function parseCase(text: string): Case;
export function runCase(
  recorded: Case,
  options: { bin: string; poll: string; replace: [string, string][]; host: string },
  cluster: { kubeconfig: string; dir: string; server: string },
): Promise<Result[]>;
