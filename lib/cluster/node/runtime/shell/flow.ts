/** How `break`, `continue`, `return` and `exit` leave what is running. */
export class Break extends Error {
  levels: number;

  constructor(levels: number) {
    super('break');
    this.levels = levels;
  }
}

export class Continue extends Error {
  levels: number;

  constructor(levels: number) {
    super('continue');
    this.levels = levels;
  }
}

export class Return extends Error {
  readonly status: number;

  constructor(status: number) {
    super('return');
    this.status = status;
  }
}

export class Exit extends Error {
  readonly status: number;

  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}

/** A fault that a command's caller reports as `sh: …`; it ends a script, not an interactive shell. */
export class ShellError extends Error {
  readonly status: number;

  constructor(message: string, status = 2) {
    super(message);
    this.status = status;
  }
}
