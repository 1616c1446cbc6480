/** An account, without its secrets. */
export interface Account {
  id: string;
  email: string;
  name: string;
  role: 'instructor' | 'learner';
  createdAt: Date;
}

export interface SignUp {
  name: string;
  email: string;
  password: string;
}

export interface AuthService {
  /** Whether nobody has signed up yet: the next to do so becomes the instructor. */
  isFresh(): Promise<boolean>;
  /** Rejects with AppError `invalid` and the field at fault (`name`, `email`, `password`), or `too-many-attempts`. `from` is the client's address. */
  signUp(form: SignUp, from: string): Promise<Account>;
  /** The account if the password is right; rejects with AppError `too-many-attempts` when there were too many wrong ones. */
  signIn(email: string, password: string, from: string): Promise<Account | undefined>;
  account(id: string): Promise<Account | undefined>;
  /** Makes somebody an instructor or a learner. Rejects with AppError `not-found`, or `wrong-state` for the last instructor. */
  setRole(id: string, role: Account['role']): Promise<void>;
  /** All accounts, oldest first. For instructors. */
  accounts(): Promise<Account[]>;
}
