// `make sbom`: writes the bills of materials of both npm packages to target/sbom/.

import { mkdirSync, writeFileSync } from 'node:fs';

import { billsOfMaterials } from './lib/sbom.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
mkdirSync('target/sbom', { recursive: true });
for (const [name, text] of Object.entries(await billsOfMaterials())) {
  writeFileSync(`target/sbom/${name}.cdx.json`, text);
  console.log(`sbom: target/sbom/${name}.cdx.json, ${JSON.parse(text).components.length} components`);
}
