import styles from './brand.module.css';

/** The product's sign: a hull in its dock. */
export function Brand() {
  return (
    <span className={styles.brand}>
      <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
        <path d="M2 4h3v13h14V4h3v16H2z" fill="currentColor" opacity="0.45" />
        <path d="M7.5 9h9l-2 5.5h-5z" fill="currentColor" />
        <path d="M11.25 3h1.5v5h-1.5z" fill="currentColor" />
      </svg>
      Drydock
    </span>
  );
}
