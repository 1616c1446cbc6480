import type { ReactNode } from 'react';
import { SitePage } from '../_components/site-page.tsx';

export default function SiteLayout({ children }: { children: ReactNode }) {
  return <SitePage>{children}</SitePage>;
}
