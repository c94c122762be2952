'use client';

import { useEffect } from 'react';

import { check } from '../../check.js';

export default function Page() {
  useEffect(() => {
    globalThis.outcome = check();
  }, []);
  return <p>sigv4-wasm</p>;
}
