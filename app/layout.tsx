import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { LocaleProvider } from './_components/locale-provider.tsx';
import { requestLocale } from './_components/request-locale.ts';
import { ToastProvider } from './_components/toasts.tsx';
import './globals.css';

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await requestLocale();
  return { title: { default: t.product.name, template: `%s · ${t.product.name}` }, description: t.product.tagline };
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#161f20' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale } = await requestLocale();
  return (
    <html lang={locale}>
      <body>
        <LocaleProvider locale={locale}>
          <ToastProvider>{children}</ToastProvider>
        </LocaleProvider>
      </body>
    </html>
  );
}
